package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dispatchers and executors that refuse, drop or repeat tasks. */
class DispatcherFaultsTest extends SessionFixture {
  /** A dispatcher that does what a test tells it with each task. */
  private interface Dispatch extends TaskDispatcher {
    @Override
    default void close() {}
  }

  private ExecutionSession with(TaskDispatcher dispatcher) {
    return build(ExecutionSession.builder().dispatcher(dispatcher));
  }

  private static CompletableFuture<SymbolMap> begin(JITDylib dylib, String... names) {
    return dylib
        .session()
        .lookup(
            LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of(names), SymbolState.READY);
  }

  @Test
  @Rule("B8.12")
  void aDispatcherThatRefusesTasksFailsUnitsAndLeavesNobodyWaiting() {
    Dispatch refusing =
        task -> {
          throw new RejectedExecutionException("no more of " + task);
        };
    try (ExecutionSession own = with(refusing)) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(TestUnit.of("a"));
      dylib.define(TestUnit.of("b"));

      CompletableFuture<SymbolMap> both = begin(dylib, "a", "b");
      CompletableFuture<SymbolMap> second = begin(dylib, "b");

      assertThat(failure(both))
          .isInstanceOf(FailedToMaterializeException.class)
          .hasRootCauseMessage("no more of Materialize a in \"dylib\"");
      assertThat(failure(second)).isInstanceOf(FailedToMaterializeException.class);
      assertThat(own.lookups().inFlight()).isEmpty();
      assertThat(reported).isNotEmpty();
      assertThatThrownBy(() -> own.dispatch(new NamedTask("named", () -> {})))
          .isInstanceOf(RejectedExecutionException.class);
    }
  }

  @Test
  @Rule("B8.12")
  void aDispatcherThatRefusesContinuationsHasThemRunWhereTheyArise() {
    List<Task> units = new ArrayList<>();
    Dispatch refusing =
        task -> {
          if (task instanceof LookupTask) {
            throw new RejectedExecutionException("full");
          }
          units.add(task);
        };
    try (ExecutionSession own = with(refusing)) {
      JITDylib dylib = own.createJITDylib("dylib");
      List<LookupState> states = new ArrayList<>();
      dylib.addGenerator((state, kind, where, flags, names) -> states.add(state.suspend()));
      CompletableFuture<SymbolMap> found = begin(dylib, "a");
      dylib.define(TestUnit.of("a"));
      states.getFirst().continueLookup();
      units.getFirst().run();

      assertThat(found).isCompleted();
      assertThat(reported).allSatisfy(e -> assertThat(e).hasMessage("full")).isNotEmpty();
    }
  }

  @Test
  @Rule("B8.12")
  void aTaskThatIsRunTwiceDoesItsWorkOnce() {
    Dispatch twice =
        task -> {
          task.run();
          task.run();
        };
    try (ExecutionSession own = with(twice)) {
      JITDylib dylib = own.createJITDylib("dylib");
      TestUnit unit = TestUnit.of("a");
      List<String> asked = new ArrayList<>();
      dylib.addGenerator((state, kind, where, flags, names) -> {
        asked.add(names.nameAt(0));
        where.define(unit);
        state.suspend().continueLookup();
      });
      CompletableFuture<SymbolMap> found = begin(dylib, "a");

      assertThat(found).isCompleted();
      assertThat(unit.runs).isEqualTo(1);
      assertThat(asked).containsExactly("a");
      assertThat(reported).isEmpty();
    }
  }

  @Test
  @Rule("B8.12")
  void aUnitWhoseTaskIsDroppedFails() throws Exception {
    try (ExecutionSession own = with((Dispatch) task -> runUnlessUnit(task))) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(TestUnit.of("a"));
      CompletableFuture<SymbolMap> found = begin(dylib, "a");
      for (int attempt = 0; attempt < 200 && !found.isDone(); attempt++) {
        System.gc();
        CountDownLatch done = new CountDownLatch(1);
        var _ = found.whenComplete((symbols, failure) -> done.countDown());
        boolean _ = done.await(100, java.util.concurrent.TimeUnit.MILLISECONDS);
      }

      assertThat(failure(found)).hasCauseInstanceOf(ResponsibilityDroppedException.class);
    }
  }

  private static void runUnlessUnit(Task task) {
    if (!(task instanceof MaterializationTask)) {
      task.run();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "refusing"})
  @Rule("B8.3")
  void anExecutorWithoutThreadsOfItsOwnDoesNotRecurse(String kind) {
    Executor executor =
        switch (kind) {
          case "direct" -> Runnable::run;
          default ->
              command -> {
                throw new RejectedExecutionException("shut down");
              };
        };
    try (ExecutionSession own = with(TaskDispatcher.of(executor))) {
      JITDylib dylib = own.createJITDylib("dylib");
      int length = 100_000;
      for (int at = 0; at < length; at++) {
        dylib.define(
            TestUnit.waiting(dylib, "f" + at, "f" + (at + 1), SymbolState.READY, TestUnit::emit));
      }
      dylib.define(TestUnit.of("f" + length));

      assertThat(own.lookup(dylib, "f0").address()).isEqualTo(TestUnit.addressOf("f0"));
    }
  }

  @Test
  @Rule("B7.5")
  void closingRunsWhatIsDispatchedMeanwhileThoughTheExecutorDropsIt() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger ran = new AtomicInteger();
    List<Runnable> first = new ArrayList<>();
    Executor executor = first::add;
    TaskDispatcher dispatcher = TaskDispatcher.of(executor);
    dispatcher.dispatch(
        new NamedTask(
            "first",
            () -> {
              closing.countDown();
              awaitUninterruptibly(mayEnd);
            }));
    Thread worker = new Thread(first.getFirst());
    worker.start();
    closing.await();
    Thread closer = new Thread(dispatcher::close);
    closer.start();
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    dispatcher.dispatch(new NamedTask("late", ran::incrementAndGet));
    while (ran.get() == 0 && closer.isAlive()) {
      Thread.onSpinWait();
    }
    mayEnd.countDown();
    worker.join();
    closer.join();

    assertThat(ran).hasValue(1);
  }

  @Test
  @Rule("B7.5")
  void closingWaitsForWhatOtherThreadsRunInPlace() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    List<String> order = java.util.Collections.synchronizedList(new ArrayList<>());
    Thread other =
        new Thread(() ->
            session.dispatch(
                new NamedTask(
                    "slow",
                    () -> {
                      running.countDown();
                      awaitUninterruptibly(mayEnd);
                      order.add("task");
                    })));
    other.start();
    running.await();
    Thread closer =
        new Thread(() -> {
          session.close();
          order.add("closed");
        });
    closer.start();
    while (closer.isAlive() && closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    mayEnd.countDown();
    other.join();
    closer.join();

    assertThat(order).containsExactly("task", "closed");
  }

  @Test
  @Rule("B7.6")
  void aDispatcherThatCannotCloseIsReported() {
    TaskDispatcher dispatcher =
        new AtOnceDispatcher() {
          @Override
          public void close() {
            throw new AssertionError("cannot close");
          }
        };

    with(dispatcher).close();

    assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessage("cannot close"));
  }

  @Test
  @Rule("B8.9")
  void aDispatcherThatCannotWaitLeavesNoLookUpBehind() {
    TaskDispatcher dispatcher =
        new AtOnceDispatcher() {
          @Override
          public void awaitInTask(CompletableFuture<?> done, long nanoseconds) {
            throw new AssertionError("cannot wait");
          }
        };
    try (ExecutionSession own = with(dispatcher)) {
      JITDylib dylib = own.createJITDylib("dylib");
      hold(dylib, "held");
      own.dispatch(new NamedTask("blocks", () -> own.lookup(dylib, "held")));

      assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessage("cannot wait"));
      assertThat(own.lookups().inFlight()).isEmpty();
      assertThat(own.blocked().isEmpty()).isTrue();
    }
  }

  @Test
  @Rule("B8.9")
  void aTimeOutEndsAWaitThatRunsOtherTasksMeanwhile() {
    List<String> ran = new ArrayList<>();
    hold(main, "held");
    session.dispatch(
        new NamedTask(
            "outer",
            () -> {
              session.dispatch(new NamedTask("other", () -> ran.add("other")));
              assertThatThrownBy(() ->
                      session.lookup(
                          SearchOrder.of(main),
                          SymbolLookupSet.of("held"),
                          SymbolState.READY,
                          Duration.ZERO))
                  .isInstanceOf(LookupTimeoutException.class);
              ran.add("timed out");
            }));

    assertThat(reported).isEmpty();
    assertThat(ran).containsExactly("timed out", "other");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interruption) {
      throw new AssertionError(interruption);
    }
  }
}
