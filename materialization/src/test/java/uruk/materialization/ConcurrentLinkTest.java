package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.ResourceTracker;
import uruk.orc.TaskDispatcher;

class ConcurrentLinkTest {
  private static final ExecutorService POOL = Executors.newFixedThreadPool(2);

  @AfterAll
  static void closePool() {
    POOL.close();
  }

  static List<TaskDispatcher> dispatchers() {
    return List.of(
        TaskDispatcher.inPlace(), TaskDispatcher.virtualThreads(), TaskDispatcher.of(POOL, 2));
  }

  @ParameterizedTest
  @MethodSource("dispatchers")
  void aChainOfObjectsIsLinkedByOneLookUp(TaskDispatcher dispatcher) {
    int length = 3000;
    ObjectChain chain = new ObjectChain(length);
    try (var session = ExecutionSession.builder().dispatcher(dispatcher).build()) {
      ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
      JITDylib main = session.createJITDylib("main");
      for (int i = 0; i < length; i++) {
        layer.add(main, chain.object(i));
      }

      long first = session.lookup(main, chain.function(0)).address();

      assertThat((int) NativeCall.call(first, 5)).isEqualTo(5 + length - 1);
      assertThat(layer.objects()).hasSize(length);
    }
  }

  @Test
  void threadsLinkAndRemoveAtOnce() throws Exception {
    int threads = 4;
    int rounds = 60;
    ObjectChain chain = new ObjectChain(20);
    try (var session = ExecutionSession.create();
        ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String name = "thread" + t;
        done.add(workers.submit(() -> linkAndRemove(session, layer, name, chain, rounds)));
      }
      for (Future<?> future : done) {
        future.get();
      }
      assertThat(layer.objects()).isEmpty();
    }
  }

  private static void linkAndRemove(
      ExecutionSession session,
      ObjectLinkingLayer layer,
      String name,
      ObjectChain chain,
      int rounds) {
    JITDylib dylib = session.createJITDylib(name);
    for (int round = 0; round < rounds; round++) {
      ResourceTracker tracker = dylib.createResourceTracker();
      for (int i = 0; i < 20; i++) {
        layer.add(tracker, chain.object(i));
      }
      int from = ThreadLocalRandom.current().nextInt(20);
      long function = session.lookup(dylib, chain.function(from)).address();
      assertThat((int) NativeCall.call(function, round)).isEqualTo(round + 19 - from);
      tracker.remove();
    }
  }
}
