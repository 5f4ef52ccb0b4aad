package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * The first calls of native code, for which the JDK makes classes for as long as a small link takes
 * (some 20 ms). Not part of {@link NativeCall}: to ask a class for anything makes its call handle
 * first, on the thread that asks.
 */
public final class FirstNativeCalls {
  /** After so many calls the JDK makes a form of the handle for itself. */
  private static final int CALLS_UNTIL_CUSTOMIZED = 128;

  private FirstNativeCalls() {}

  /**
   * Has a thread of its own make them: for programs that have other things to do before they need
   * one. Calls that come meanwhile wait for the first. Does nothing where calls are made by a
   * native method, which needs no preparation.
   */
  public static void prepare() {
    if (!NativeMethod.IS_LOADED) {
      Thread.ofPlatform().name("uruk-native-call").daemon().start(FirstNativeCalls::make);
    }
  }

  private static void make() {
    int pageSize = Libc.pageSize();
    var _ = NativeCall.IGNORED_STATE.get(JAVA_INT, 0); // for access to memory, too
    long getpagesize = DynamicLinker.systemFunction("getpagesize");
    for (int i = 0; i < CALLS_UNTIL_CUSTOMIZED; i++) {
      if ((int) NativeCall.callWithoutErrno(getpagesize) != pageSize) {
        throw new AssertionError("sysconf(3) and getpagesize(2) do not agree");
      }
    }
  }
}
