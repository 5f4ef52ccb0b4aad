package uruk.jitlink.host;

import org.jspecify.annotations.Nullable;

/**
 * What {@link NativeCall} does, as a native method of Java (JNI), whose code is in the library that
 * the property {@value #PROPERTY} names; see {@link NativeMethodLibrary}.
 */
final class NativeMethod {
  /** The Java property that names the library. Looked at when {@link NativeCall} is first used. */
  static final String PROPERTY = "uruk.native-method";

  /** The name by which the JVM looks for {@link #invoke} (JNI specification, chapter 2). */
  static final String SYMBOL = "Java_uruk_jitlink_host_NativeMethod_invoke";

  /** Whether this process has the library. */
  static final boolean IS_LOADED = load(System.getProperty(PROPERTY));

  private static final long ERRNO_LOCATION =
      IS_LOADED ? DynamicLinker.systemFunction("__errno_location") : 0;

  private NativeMethod() {}

  /** A library that cannot be loaded is no reason not to run: there is another way. */
  private static boolean load(@Nullable String library) {
    if (library == null) {
      return false;
    }
    try {
      System.load(library);
      return true;
    } catch (UnsatisfiedLinkError refused) {
      LibraryLog.of(NativeMethod.class)
          .warn("{} cannot be loaded, so first calls take longer", library, refused);
      return false;
    }
  }

  /**
   * {@return what {@code function(a, b, c, d, e, f)} returns}
   *
   * @param state the address of an integer, which is given errno's value behind the call
   */
  static long call(long function, long state, long a, long b, long c, long d, long e, long f) {
    return invoke(function, state, a, b, c, d, e, f, ERRNO_LOCATION);
  }

  private static native long invoke(
      long function,
      long state,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long errnoLocation);
}
