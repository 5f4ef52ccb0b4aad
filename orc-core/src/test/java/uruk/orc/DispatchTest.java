package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains that would recurse, look-ups that block in tasks, caps, and what tasks do. */
class DispatchTest extends SessionFixture {
  @Test
  @Rule("B8.3")
  void aChainOfAHundredThousandUnitsDoesNotRecurse() {
    int length = 100_000;
    for (int at = 0; at < length; at++) {
      main.define(TestUnit.linked(main, "f" + at, "f" + (at + 1)));
    }
    main.define(TestUnit.of("f" + length));

    assertThat(session.lookup(main, "f0").address()).isEqualTo(TestUnit.addressOf("f0"));
  }

  @Test
  @Rule("B8.3")
  void aChainThatWaitsForReadySymbolsBeforeItResolvesDoesNotRecurse() {
    int length = 100_000;
    for (int at = 0; at < length; at++) {
      main.define(waiting("f" + at, "f" + (at + 1)));
    }
    main.define(TestUnit.of("f" + length));

    assertThat(session.lookup(main, "f0").address()).isEqualTo(TestUnit.addressOf("f0"));
  }

  @Test
  @Rule("B8.3")
  void aLongChainFailsWithoutRecursing() {
    int length = 20_000;
    for (int at = 0; at < length; at++) {
      main.define(waiting("f" + at, "f" + (at + 1)));
    }
    RuntimeException broken = new IllegalStateException("broken");
    main.define(
        TestUnit.of(
            responsibility -> {
              throw broken;
            },
            "f" + length));

    assertThatThrownBy(() -> session.lookup(main, "f0")).hasCause(broken);
  }

  /** A unit that resolves only after what it needs is ready. */
  private TestUnit waiting(String name, String needed) {
    return TestUnit.waiting(main, name, needed, SymbolState.READY, TestUnit::emit);
  }

  @ParameterizedTest
  @ValueSource(strings = {"in place", "virtual", "one virtual", "one thread"})
  @Rule("B8.4")
  void aBlockingLookUpInATaskRunsWhatItWaitsFor(String kind) {
    ExecutorService oneThread = Executors.newSingleThreadExecutor();
    TaskDispatcher dispatcher =
        switch (kind) {
          case "in place" -> TaskDispatcher.inPlace();
          case "virtual" -> TaskDispatcher.virtualThreads();
          case "one virtual" -> TaskDispatcher.virtualThreads(1);
          default -> TaskDispatcher.of(oneThread, 1);
        };
    try (oneThread;
        ExecutionSession own = build(ExecutionSession.builder().dispatcher(dispatcher))) {
      JITDylib dylib = own.createJITDylib("dylib");
      for (int at = 0; at < 50; at++) {
        dylib.define(blocking(own, dylib, "f" + at, "f" + (at + 1)));
      }
      dylib.define(TestUnit.of("f50"));

      assertThat(
              own.lookup(
                      SearchOrder.of(dylib),
                      SymbolLookupSet.of("f0"),
                      SymbolState.READY,
                      Duration.ofSeconds(30))
                  .address("f0"))
          .isEqualTo(TestUnit.addressOf("f0"));
    }
  }

  @Test
  @Rule("B8.4")
  void whatATaskLeavesToItsThreadIsTakenByAnotherIfItDoesNotComeForIt() {
    try (ExecutorService twoThreads = Executors.newFixedThreadPool(2);
        ExecutionSession own =
            build(ExecutionSession.builder().dispatcher(TaskDispatcher.of(twoThreads)))) {
      JITDylib dylib = own.createJITDylib("dylib");
      for (int at = 0; at < 200; at++) {
        String needed = "needed" + at;
        dylib.define(TestUnit.of(needed));
        dylib.define(
            TestUnit.of(
                responsibility -> {
                  // Neither a blocking look-up nor the end of the task: the dispatcher does not see
                  // it.
                  var _ =
                      own.lookup(
                              LookupKind.STATIC,
                              SearchOrder.of(dylib),
                              SymbolLookupSet.of(needed),
                              SymbolState.READY)
                          .join();
                  TestUnit.emit(responsibility);
                },
                "waiting" + at));

        assertThat(
                own.lookup(
                        SearchOrder.of(dylib),
                        SymbolLookupSet.of("waiting" + at),
                        SymbolState.READY,
                        Duration.ofSeconds(30))
                    .size())
            .isOne();
      }
    }
  }

  @Test
  @Rule("B8.4")
  void anExecutorThatRunsTasksOnTheAskingThreadWillDo() {
    try (ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.of(Runnable::run)))) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(blocking(own, dylib, "a", "b"));
      dylib.define(TestUnit.of("b"));

      assertThat(own.lookup(dylib, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    }
  }

  @Test
  @Rule("B8.4")
  void aDispatcherThatCannotHelpRefusesBlockingLookUps() {
    OneTaskDispatcher dispatcher = new OneTaskDispatcher(1);
    try (ExecutionSession own = build(ExecutionSession.builder().dispatcher(dispatcher))) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(blocking(own, dylib, "a", "b"));
      dylib.define(TestUnit.of("b"));
      CompletableFuture<SymbolMap> found =
          own.lookup(
              LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of("a"), SymbolState.READY);
      dispatcher.drain();

      assertThat(failure(found))
          .hasCauseInstanceOf(LookupDeadlockException.class)
          .hasMessageContaining("Use the asynchronous look-up here");
    }
  }

  @Test
  @Rule("B8.5")
  void aCapHoldsBackMaterializationsOnly() throws InterruptedException {
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    try (ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.virtualThreads(1)))) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(
          TestUnit.of(
              responsibility -> {
                started.countDown();
                awaitUninterruptibly(mayEnd);
                TestUnit.emit(responsibility);
              },
              "slow"));
      TestUnit second = TestUnit.of("second");
      dylib.define(second);
      CompletableFuture<SymbolMap> slow =
          own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("slow"),
              SymbolState.READY);
      started.await();
      CompletableFuture<SymbolMap> queued =
          own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("second"),
              SymbolState.READY);
      CompletableFuture<Boolean> other = new CompletableFuture<>();
      own.dispatch(new NamedTask("other", () -> other.complete(true)));

      assertThat(await(other)).isTrue();
      assertThat(second.runs).isZero();
      mayEnd.countDown();
      await(slow);
      await(queued);
    }
  }

  @Test
  void aTaskThatThrowsIsReportedAndTheOthersRun() {
    List<String> ran = new ArrayList<>();
    session.dispatch(
        new NamedTask(
            "outer",
            () -> {
              session.dispatch(new NamedTask("other", () -> ran.add("other")));
              throw new IllegalStateException("outer is broken");
            }));

    assertThat(ran).containsExactly("other");
    assertThat(reported)
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessage("outer is broken"));
  }

  @Test
  void closingRunsWhatADeadExecutorLeft() {
    List<String> ran = new CopyOnWriteArrayList<>();
    try (ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.of(command -> {})))) {
      own.dispatch(new NamedTask("left", () -> ran.add("left")));
    }

    assertThat(ran).containsExactly("left");
  }

  @Test
  void idleTasksRunWhenNothingElseDoes() {
    List<String> order = new ArrayList<>();
    session.dispatch(
        new NamedTask(
            "outer",
            () -> {
              session.dispatch(new IdleTask("idle", () -> order.add("idle")));
              session.dispatch(new NamedTask("first", () -> order.add("first")));
              session.dispatch(new NamedTask("second", () -> order.add("second")));
            }));

    assertThat(order).containsExactly("first", "second", "idle");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interruption) {
      throw new AssertionError(interruption);
    }
  }
}
