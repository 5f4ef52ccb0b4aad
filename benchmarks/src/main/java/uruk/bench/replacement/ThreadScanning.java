package uruk.bench.replacement;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import uruk.bench.compare.Samples;
import uruk.jit.Jit;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.LinkedObject;
import uruk.materialization.RunningCode.Findings;
import uruk.materialization.platform.HostThreads;

/** Examining 100 threads, and those of the JVM, for words that point into code. */
final class ThreadScanning {
  private static final int THREADS = 100;
  private static final int WARM_UP = 100;
  private static final int ROUNDS = 51;

  private ThreadScanning() {}

  /** {@return how long an examination takes, in milliseconds} */
  static Samples milliseconds() {
    CountDownLatch end = new CountDownLatch(1);
    try (Jit jit = Jit.create()) {
      for (int i = 0; i < THREADS; i++) {
        Thread.ofPlatform().daemon().start(() -> await(end));
      }
      LinkedObject object = jit.add(Sources.object("some", "int some(void) { return 1; }"));
      var _ = jit.session().lookup(jit.main(), "some");
      List<SegmentRange> code =
          object.segments().stream().filter(range -> range.memProt().executable()).toList();
      HostThreads threads = new HostThreads();
      List<Double> rounds = new ArrayList<>();
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        long begin = System.nanoTime();
        Findings findings = threads.examine(code);
        if (i >= WARM_UP) {
          rounds.add((System.nanoTime() - begin) / 1e6);
        }
        if (!findings.unknown().isEmpty()) {
          throw new IllegalStateException("not examined: " + findings.unknown());
        }
      }
      return Samples.of(rounds);
    } finally {
      end.countDown();
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
