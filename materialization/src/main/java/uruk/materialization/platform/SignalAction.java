package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;

/**
 * What the process does about a signal: {@code struct sigaction} of bits/sigaction.h on x86-64.
 *
 * @param handler its address, or {@link #DEFAULT}
 */
record SignalAction(long handler) {
  /** SIG_DFL. */
  static final long DEFAULT = 0;

  private static final int SIZE = 152;
  private static final int MASK = 8;
  private static final int MASK_SIZE = 128;
  private static final int FLAGS = 136;
  private static final int SA_SIGINFO = 4;
  private static final int SA_ONSTACK = 0x0800_0000;
  private static final int SA_RESTART = 0x1000_0000;
  private static final long SIGACTION =
      DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "sigaction");

  /** {@return what happens now} */
  static SignalAction of(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIZE, 8);
      NativeCall.call(SIGACTION, signal, 0, action.address());
      return new SignalAction(action.get(JAVA_LONG, 0));
    }
  }

  /** Has a handler called, on the thread's signal stack if it has one, with all signals blocked. */
  static void install(int signal, long handler) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIZE, 8);
      action.set(JAVA_LONG, 0, handler);
      action.asSlice(MASK, MASK_SIZE).fill((byte) -1);
      action.set(JAVA_INT, FLAGS, SA_SIGINFO | SA_ONSTACK | SA_RESTART);
      NativeCall.call(SIGACTION, signal, action.address(), 0);
    }
  }
}
