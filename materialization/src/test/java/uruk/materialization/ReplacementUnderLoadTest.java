package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.materialization.platform.HostThreads;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;

/** A loop in C calls a handler that is replaced while four threads are inside of the loop. */
class ReplacementUnderLoadTest {
  private static final int THREADS = 4;
  private static final int REPLACEMENTS = 1_000;

  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  @AutoClose("shutdownNow")
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  /** Version n answers n × 1000 + request % 1000, computed in two steps from two of its symbols. */
  private static ObjectFile handler(int version) {
    return Compiler.c(
        "handler",
        ("static volatile int base = %d; static __attribute__((noinline)) int part(int request)"
                + " { return request %% 1000; }"
                + " int handle(int request) { return base * 1000 + part(request); }")
            .formatted(version));
  }

  @ParameterizedTest
  @EnumSource
  void noCallIsWrongOrTornWhileTheHandlerIsReplaced(BindingPolicy policy) throws Exception {
    // What is freed too early traps, see the system property uruk.poison.
    layer.superviseWith(new HostThreads());
    layer.keepFiles();
    layer.setBindingPolicy(main, policy);
    AtomicInteger freed = new AtomicInteger();
    layer.addListener(
        new ReplacementListener() {
          @Override
          public void updated(Replacement replacement) {}

          @Override
          public void codeFreed(LinkedObject version) {
            freed.incrementAndGet();
          }
        });
    ObjectFile[] versions = {handler(1), handler(2)};
    LinkedObject handler = layer.add(main, versions[0]);
    layer.add(
        main,
        Compiler.c(
            "server",
            """
            int handle(int);
            /* Calls the handler until told to stop; counts answers by version, and wrong ones. */
            long serve(volatile int *stop, long *counts) {
              int before = 0;
              long switches = 0;
              for (int request = 0; !*stop; request = (request + 7) % 1000) {
                int answer = handle(request);
                int version = answer / 1000;
                if (answer % 1000 != request || version < 1 || version > 2) {
                  counts[0]++;
                } else {
                  counts[version]++;
                  switches += before && version != before;
                  before = version;
                }
              }
              return switches;
            }
            """));
    long serve = session.lookup(main, "serve").address();
    try (var arena = Arena.ofShared()) {
      var stop = arena.allocate(8);
      var counts = arena.allocate(THREADS * 64, 64);
      AtomicLong switches = new AtomicLong();
      List<Future<Long>> serving = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        long place = counts.address() + i * 64L;
        Callable<Long> server = () -> NativeCall.call(serve, stop.address(), place);
        serving.add(threads.submit(server));
      }
      for (int i = 1; i <= REPLACEMENTS; i++) {
        handler.replace(versions[i % 2]);
        if (i % 50 == 0) {
          var _ = layer.reclaim();
        }
      }
      stop.set(ValueLayout.JAVA_INT, 0, 1);
      for (Future<Long> each : serving) {
        switches.addAndGet(each.get());
      }
      for (int i = 0; i < THREADS; i++) {
        assertThat(counts.get(ValueLayout.JAVA_LONG, i * 64L)).isZero();
      }
      assertThat(switches.get()).as("loops that met a new version").isPositive();
    }
    assertThat(freed.get()).as("versions freed under load").isPositive();
    assertThat(handler.current().generation()).isEqualTo(REPLACEMENTS + 1);
    assertThat(layer.verify()).isEmpty();
  }
}
