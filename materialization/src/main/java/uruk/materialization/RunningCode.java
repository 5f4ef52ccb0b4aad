package uruk.materialization;

import java.time.Duration;
import java.util.List;
import java.util.function.LongPredicate;
import uruk.jitlink.memory.SegmentRange;

/**
 * What a machine and its operating system can tell of the threads that run linked code, and do to
 * the calls into it. Thread-safe; nothing here calls back into a linking layer.
 */
public interface RunningCode {

  /**
   * A place where a thread is.
   *
   * @param thread the system's number of the thread
   * @param threadName what the system calls it
   * @param address a function that was called, or a place in code
   */
  record Place(long thread, String threadName, long address) {}

  /**
   * A thread that could not be examined.
   *
   * @param thread the system's number of the thread
   * @param threadName what the system calls it
   * @param reason in words
   */
  record UnknownThread(long thread, String threadName, String reason) {}

  /**
   * What an examination of all threads has found.
   *
   * @param places for each range the places of threads in it
   * @param unknown the threads that could not be examined: they may be anywhere
   */
  record Findings(List<List<Place>> places, List<UnknownThread> unknown) {}

  /**
   * Begins an epoch. A counted call of this epoch or a later one finds names as they are now.
   *
   * @return the epoch's number
   */
  long beginEpoch();

  /**
   * {@return the counted calls under way that began before an epoch}
   *
   * @param functions whether calls of a function are of interest
   */
  List<Place> callsBefore(long epoch, LongPredicate functions);

  /**
   * Looks for pointers into ranges of code in the registers and on the stacks of all threads but
   * the calling one, which knows the ranges and must not run linked code.
   */
  Findings examine(List<SegmentRange> code);

  /**
   * Clears what calls that have ended left on the calling thread's stack. Frames of later calls may
   * keep some of it for as long as they last, and an address of code among it looks like a place to
   * return to.
   */
  void clearStack();

  /**
   * Runs an action at a moment at which no counted call of these functions is under way. Calls that
   * would begin meanwhile wait, but for calls within calls.
   *
   * @param functions whether calls of a function are of interest
   * @param atMost how long to wait for that moment
   * @return empty if the action has run; otherwise who was inside when the time was over
   */
  List<Place> whenQuiescent(LongPredicate functions, Duration atMost, Runnable action);

  /** {@return the address of code that reports a call of a function that was removed} */
  long createUnboundReport(String symbol);

  /** Gives such code back; nothing leads to it any more. */
  void releaseUnboundReport(long report);
}
