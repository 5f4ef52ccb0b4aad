package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.host.Libc;

/**
 * The guarded calls that are under way in this process. A call counts itself by the frame that the
 * guard keeps of it anyway, so counting costs a call two stores and a load.
 *
 * <p>Thread-safe.
 */
final class GuardedCalls {
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final VarHandle WORD = JAVA_LONG.varHandle();
  private static final long CLOSED = Long.MIN_VALUE;

  private final GuardRuntime runtime = GuardRuntime.get();
  private final long epoch = runtime.word("EPOCH").address();
  private final long areas = runtime.word("AREAS").address();
  private final long areasLock = runtime.word("AREAS_LOCK").address();

  /**
   * A call that has begun and not ended.
   *
   * @param thread the system's number of the thread
   * @param function what was called
   * @param epoch in which it began
   */
  record GuardedCall(long thread, long function, long epoch) {}

  /**
   * Begins an epoch: a call that says it began in this one found the names as they are now.
   *
   * @return its number
   */
  long beginEpoch() {
    return ((long) WORD.getAndAdd(MEMORY, epoch, 1L) & ~CLOSED) + 1;
  }

  /** Makes calls that begin from now on wait, but for those inside of others. */
  void closeGate() {
    WORD.getAndBitwiseOr(MEMORY, epoch, CLOSED);
    // From here on each call either can be seen in its thread's area or has seen the gate closed.
    Libc.synchronizeCores();
  }

  /** Lets the calls go on that wait. */
  void openGate() {
    WORD.getAndBitwiseAnd(MEMORY, epoch, ~CLOSED);
  }

  /** {@return the calls that are under way} */
  List<GuardedCall> underWay() {
    List<GuardedCall> calls = new ArrayList<>();
    // Threads that end wait for the lock before they give their areas back.
    while ((long) WORD.getAndSet(MEMORY, areasLock, 1L) != 0) {
      Thread.onSpinWait();
    }
    try {
      for (long area = word(areas); area != 0; area = word(area + field("NEXT_AREA"))) {
        collect(area, calls);
      }
    } finally {
      WORD.setRelease(MEMORY, areasLock, 0L);
    }
    return calls;
  }

  private void collect(long area, List<GuardedCall> calls) {
    long thread = word(area + field("THREAD"));
    long top = word(area + field("TOP"));
    long frame = area + field("HEADER_SIZE");
    for (; frame < top; frame += field("FRAME_SIZE")) {
      long function = word(frame + field("FUNCTION"));
      if (function != 0) { // otherwise it is a call-back into Java
        long began = word(frame + field("ENTERED")) & ~CLOSED;
        calls.add(new GuardedCall(thread, function, began));
      }
    }
  }

  private long field(String name) {
    return runtime.number(name);
  }

  private static long word(long address) {
    return (long) WORD.getAcquire(MEMORY, address);
  }
}
