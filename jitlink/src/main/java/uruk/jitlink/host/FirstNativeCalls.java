package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * The first calls of native code, for which the JDK makes classes for as long as a small link takes
 * (some 20 ms), unless they are made by a native method ({@link NativeMethodLibrary}). Not part of
 * {@link NativeCall}: to ask a class for anything makes its call handle first, on the thread that
 * asks.
 */
public final class FirstNativeCalls {
  /** After so many calls the JDK makes a form of the handle for itself. */
  private static final int CALLS_UNTIL_CUSTOMIZED = 128;

  private FirstNativeCalls() {}

  /**
   * Makes them, on a thread of their own in programs that have other things to do before they need
   * one. Calls that come meanwhile wait for the first.
   */
  public static void make() {
    int pageSize = Libc.pageSize();
    var _ = NativeCall.IGNORED_STATE.get(JAVA_INT, 0); // for access to memory, too
    if (!NativeMethod.IS_LOADED) {
      long getpagesize = DynamicLinker.systemFunction("getpagesize");
      for (int i = 0; i < CALLS_UNTIL_CUSTOMIZED; i++) {
        if ((int) NativeCall.callWithoutErrno(getpagesize) != pageSize) {
          throw new AssertionError("sysconf(3) and getpagesize(2) do not agree");
        }
      }
    }
  }
}
