package uruk.materialization.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.RunningCode;

/**
 * The threads of this process and the guarded calls that they make; calls without a guard are not
 * counted, but their threads are examined like all others. Thread-safe.
 */
public final class HostThreads implements RunningCode {
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final ReentrantLock GATE = new ReentrantLock();

  /** What the process needs for it, installed when the first one asks. */
  private static final class Installed {
    private static final GuardedCalls CALLS = new GuardedCalls();
    private static final ThreadScan SCAN = ThreadScan.get();
  }

  private final UnboundReports reports = new UnboundReports();

  /**
   * Prepares nothing yet: who first asks installs the guard and a handler for one real-time signal,
   * and fails if this is not a HotSpot JVM on amd64.
   */
  public HostThreads() {}

  @Override
  public long beginEpoch() {
    return Installed.CALLS.beginEpoch();
  }

  @Override
  public List<Place> callsBefore(long epoch, LongPredicate functions) {
    List<Place> found = new ArrayList<>();
    for (GuardedCalls.GuardedCall call : Installed.CALLS.underWay()) {
      if (call.epoch() < epoch && functions.test(call.function())) {
        found.add(new Place(call.thread(), ThreadScan.nameOf(call.thread()), call.function()));
      }
    }
    return found;
  }

  @Override
  public Findings examine(List<SegmentRange> code) {
    List<List<Place>> places = new ArrayList<>();
    code.forEach(range -> places.add(new ArrayList<>()));
    List<UnknownThread> unknown = new ArrayList<>();
    for (ThreadScan.Finding finding : Installed.SCAN.scan(code)) {
      String name = ThreadScan.nameOf(finding.thread());
      switch (finding) {
        case ThreadScan.Unknown thread ->
            unknown.add(new UnknownThread(thread.thread(), name, thread.reason()));
        case ThreadScan.Refers thread -> {
          for (int i = 0; i < thread.words().size(); i++) {
            if (thread.words().get(i) != 0) {
              places.get(i).add(new Place(thread.thread(), name, thread.words().get(i)));
            }
          }
        }
      }
    }
    return new Findings(places, unknown);
  }

  @Override
  public void clearStack() {
    Installed.SCAN.clearStack();
  }

  @Override
  public List<Place> whenQuiescent(LongPredicate functions, Duration atMost, Runnable action) {
    GuardedCalls calls = Installed.CALLS;
    long begin = System.nanoTime();
    long nanos = TimeUnit.NANOSECONDS.convert(atMost); // as many as there can be, for longer times
    GATE.lock();
    try {
      calls.closeGate();
      List<Place> inside = callsBefore(Long.MAX_VALUE, functions);
      while (!inside.isEmpty() && System.nanoTime() - begin < nanos) {
        LockSupport.parkNanos(POLL_NANOS);
        inside = callsBefore(Long.MAX_VALUE, functions);
      }
      if (inside.isEmpty()) {
        action.run();
      }
      return inside;
    } finally {
      calls.openGate();
      GATE.unlock();
    }
  }

  @Override
  public long createUnboundReport(String symbol) {
    return reports.create(symbol);
  }

  @Override
  public void releaseUnboundReport(long report) {
    reports.release(report);
  }
}
