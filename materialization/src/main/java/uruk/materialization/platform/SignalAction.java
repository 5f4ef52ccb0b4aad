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
 * @param handler its address, {@link #DEFAULT} or {@link #IGNORE}
 */
record SignalAction(long handler) {
  /** SIG_DFL. */
  static final long DEFAULT = 0;

  /** SIG_IGN. */
  static final long IGNORE = 1;

  private static final int SIZE = 152;
  private static final int MASK = 8;
  private static final int MASK_SIZE = 128;
  private static final int FLAGS = 136;
  private static final int SA_SIGINFO = 4;
  private static final int SA_ONSTACK = 0x0800_0000;
  private static final int SA_RESTART = 0x1000_0000;
  private static final int SA_NODEFER = 0x4000_0000;
  private static final int SIG_UNBLOCK = 1; // bits/sigaction.h
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

  /** Has the system do what it does with a signal by default. */
  static void restoreDefault(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      NativeCall.call(SIGACTION, signal, arena.allocate(SIZE, 8).address(), 0);
    }
  }

  /** Lets a signal be delivered to the calling thread. */
  static void unblock(int signal) {
    long function = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "pthread_sigmask");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment signals = arena.allocate(MASK_SIZE, 8);
      signals.set(JAVA_LONG, 0, 1L << (signal - 1));
      NativeCall.call(function, SIG_UNBLOCK, signals.address(), 0);
    }
  }

  /** Has a handler called, on the thread's signal stack if it has one, with all signals blocked. */
  static void install(int signal, long handler) {
    install(signal, handler, (byte) -1, 0);
  }

  /** Has a handler called, on the thread's signal stack if it has one, with no signal blocked. */
  static void installInterruptible(int signal, long handler) {
    install(signal, handler, (byte) 0, SA_NODEFER);
  }

  private static void install(int signal, long handler, byte mask, int further) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIZE, 8);
      action.set(JAVA_LONG, 0, handler);
      action.asSlice(MASK, MASK_SIZE).fill(mask);
      action.set(JAVA_INT, FLAGS, SA_SIGINFO | SA_ONSTACK | SA_RESTART | further);
      NativeCall.call(SIGACTION, signal, action.address(), 0);
    }
  }
}
