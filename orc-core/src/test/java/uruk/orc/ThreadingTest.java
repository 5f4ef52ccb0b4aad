package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadingTest extends SessionFixture {
  private final List<String> inside = new CopyOnWriteArrayList<>();
  private final List<String> outside = new CopyOnWriteArrayList<>();

  private void note(ExecutionSession where, String what) {
    (where.lock().isHeldByCurrentThread() ? inside : outside).add(what);
  }

  /** Notes on which side of the lock each call-back of a session runs. */
  private final class Probe implements Platform, ResourceManager, SessionListener {
    private ExecutionSession watched;

    @Override
    public void setupJITDylib(JITDylib dylib) {
      note(dylib.session(), "set-up");
    }

    @Override
    public void teardownJITDylib(JITDylib dylib) {
      note(watched, "tear-down");
    }

    @Override
    public void notifyAdding(ResourceTracker tracker, MaterializationUnit unit) {
      note(watched, "adding");
    }

    @Override
    public void notifyRemoving(ResourceTracker tracker) {
      note(watched, "removing");
    }

    @Override
    public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
      note(watched, "free");
    }

    @Override
    public void handleTransferResources(
        JITDylib dylib, ResourceKey destination, ResourceKey source) {
      note(watched, "transfer");
    }

    @Override
    public void symbolsReady(JITDylib dylib, Set<String> names) {
      note(watched, "listener");
    }
  }

  @Test
  @Rule({"B8.1", "B8.2"})
  void callBacksRunOnTheSideOfTheLockThatTheRulesSay() {
    Probe probe = new Probe();
    AtomicReference<ExecutionSession> watched = new AtomicReference<>();
    try (ExecutionSession own =
        ExecutionSession.builder()
            .platform(probe)
            .errorReporter(error -> note(watched.get(), "reporter"))
            .build()) {
      watched.set(own);
      probe.watched = own;
      own.registerResourceManager(probe);
      own.addListener(probe);
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.addGenerator((state, kind, target, flags, names) -> {
        note(own, "generator");
        target.define(AbsoluteSymbols.of(absolute(names.nameAt(0))));
      });
      ResourceTracker tracker = dylib.createResourceTracker();
      dylib.define(lockNoting(own, "weak", TestUnit.FUNCTION.with(SymbolFlags.WEAK)), tracker);
      dylib.define(lockNoting(own, "weak", TestUnit.FUNCTION));
      own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("weak", "generated"),
              SymbolState.READY,
              found -> note(own, "registrar"))
          .thenAccept(found -> note(own, "completion"));
      boolean _ =
          dylib.withLinkOrder(order -> {
            note(own, "link order");
            return true;
          });
      tracker.transferTo(dylib.createResourceTracker());
      dylib.define(
          TestUnit.of(
              responsibility -> {
                throw new IllegalStateException("broken");
              },
              "failing"));
      own.lookup(
          LookupKind.STATIC,
          SearchOrder.of(dylib),
          SymbolLookupSet.of("failing"),
          SymbolState.READY);
    }

    assertThat(inside)
        .containsOnly("adding", "discard", "registrar", "link order", "transfer", "removing");
    assertThat(outside)
        .containsOnly(
            "set-up",
            "generator",
            "materialize",
            "completion",
            "listener",
            "reporter",
            "free",
            "tear-down");
  }

  private MaterializationUnit lockNoting(ExecutionSession own, String name, SymbolFlags flags) {
    return new MaterializationUnit(new MaterializationUnit.Interface(TestUnit.flags(flags, name))) {
      @Override
      public String name() {
        return name;
      }

      @Override
      protected void materialize(MaterializationResponsibility responsibility) {
        note(own, "materialize");
        TestUnit.emit(responsibility);
      }

      @Override
      protected void discard(JITDylib dylib, String symbol) {
        note(own, "discard");
      }
    };
  }

  @Test
  @Rule("B8.3")
  void aChainOfAHundredThousandUnitsDoesNotRecurse() {
    int length = 100_000;
    for (int at = 0; at < length; at++) {
      main.define(FirstSessionTest.linked(main, "f" + at, "f" + (at + 1)));
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
    return TestUnit.of(
        responsibility ->
            responsibility
                .lookup(
                    LookupKind.STATIC,
                    SearchOrder.of(main),
                    SymbolLookupSet.of(needed),
                    SymbolState.READY,
                    null)
                .whenComplete((found, failure) -> {
                  if (failure == null) {
                    TestUnit.emit(responsibility);
                  } else {
                    responsibility.failMaterialization(failure);
                  }
                }),
        name);
  }

  /** A unit that blocks in a look-up. */
  private static TestUnit blocking(
      ExecutionSession own, JITDylib dylib, String name, String needed) {
    return TestUnit.of(
        responsibility -> {
          own.lookup(dylib, needed);
          TestUnit.emit(responsibility);
        },
        name);
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
  void aBlockingLookUpInsideTheSessionLockIsRefused() {
    hold(main, "a");

    assertThatThrownBy(() -> session.runSessionLocked(() -> session.lookup(main, "a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inside the session lock");
  }

  @Test
  void whatHappensInsideTheLockIsDeliveredAfterIt() {
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> found =
        session.runSessionLocked(() -> {
          CompletableFuture<SymbolMap> started = lookup(main, "a");
          assertThat(unit.isStarted()).isFalse();
          return started;
        });

    assertThat(unit.isStarted()).isTrue();
    TestUnit.emit(unit.get());
    assertThat(found).isCompleted();
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

  @Test
  @Rule("B8.6")
  void aGeneratorThatBlocksOnItsOwnDylibGetsAnError() {
    main.addGenerator((state, kind, dylib, flags, names) -> session.lookup(dylib, "undefined"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .isInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining("the look-up of [ undefined ]");
  }

  @Test
  @Rule("B8.6")
  void aGeneratorThatSuspendsUntilItsOwnDylibAnswersGetsAnError() {
    main.addGenerator((state, kind, dylib, flags, names) -> {
      CompletableFuture<SymbolMap> own = lookup(dylib, "undefined");
      LookupState suspended = state.suspend();
      own.whenComplete((found, failure) -> suspended.continueLookup(failure));
    });

    assertThat(failure(lookup(main, "a")))
        .isInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining("waits for the generator itself");
  }

  @Test
  @Rule("B8.6")
  void aGeneratorMayLookUpWhatItsDylibDefines() {
    main.define(TestUnit.of("defined"));
    main.addGenerator((state, kind, dylib, flags, names) -> {
      session.lookup(dylib, "defined");
      dylib.define(AbsoluteSymbols.of(absolute("a")));
    });

    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
  }

  @Test
  @Rule("B8.7")
  void aliasesThatStandForEachOtherAreAnError() {
    assertThatThrownBy(() -> ReExports.aliases(Map.of("a", alias("b"), "b", alias("a"))))
        .isInstanceOf(AliasCycleException.class);
    assertThatThrownBy(() -> ReExports.aliases(Map.of("a", alias("a"))))
        .isInstanceOf(AliasCycleException.class);

    JITDylib other = session.createBareJITDylib("other");
    main.define(
        ReExports.of(other, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, Map.of("a", alias("b"))));
    other.define(
        ReExports.of(main, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, Map.of("b", alias("a"))));
    assertThat(failure(lookup(main, "a")))
        .isInstanceOf(FailedToMaterializeException.class)
        .cause()
        .isInstanceOf(AliasCycleException.class)
        .hasMessageContaining("a in \"main\"")
        .hasMessageContaining("b in \"other\"");
  }

  private static Alias alias(String aliasee) {
    return new Alias(aliasee, TestUnit.FUNCTION);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  @Rule("B8.8")
  void noPhaseWaitsForAnother(long seed) {
    OneTaskDispatcher dispatcher = new OneTaskDispatcher(seed);
    try (ExecutionSession own = build(ExecutionSession.builder().dispatcher(dispatcher))) {
      JITDylib dylib = own.createJITDylib("dylib");
      JITDylib library = own.createJITDylib("library");
      library.addGenerator((state, kind, target, flags, names) -> {
        LookupState suspended = state.suspend();
        own.dispatch(
            new NamedTask(
                "generate",
                () -> {
                  target.define(AbsoluteSymbols.of(absolute(names.names().toArray(new String[0]))));
                  suspended.continueLookup();
                }));
      });
      dylib.addGenerator(
          new ReExportGenerator(
              library, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, name -> name.startsWith("lib")));
      for (int at = 0; at < 20; at++) {
        dylib.define(delayed(dylib, "f" + at, "f" + (at + 1) % 20, "lib" + at));
      }
      CompletableFuture<SymbolMap> found =
          own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("f0", "lib3"),
              SymbolState.READY);
      assertThat(found).isNotDone();
      dispatcher.drain();

      assertThat(found).isCompleted();
      assertThat(dylib.symbolState("f19")).isEqualTo(SymbolState.READY);
    }
  }

  private static TestUnit delayed(JITDylib dylib, String name, String... needed) {
    return TestUnit.of(
        responsibility -> {
          TestUnit.resolve(responsibility);
          responsibility
              .lookup(
                  LookupKind.STATIC,
                  SearchOrder.of(dylib),
                  SymbolLookupSet.of(needed),
                  SymbolState.RESOLVED,
                  null)
              .thenAccept(found ->
                  dylib
                      .session()
                      .dispatch(
                          new NamedTask(
                              "emit " + name,
                              () ->
                                  responsibility.notifyEmitted(
                                      List.of(group(name, dylib, needed))))));
        },
        name);
  }

  @Test
  @Rule("B8.9")
  void aCancelledLookUpLeavesNothingBehind() {
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> cancelled = lookup(main, "a");
    CompletableFuture<SymbolMap> kept = lookup(main, "a");
    AtomicReference<LookupState> state = new AtomicReference<>();
    main.addGenerator((given, kind, dylib, flags, names) -> state.set(given.suspend()));
    CompletableFuture<SymbolMap> generating = lookup(main, "missing");
    CompletableFuture<SymbolMap> queued = lookup(main, "missing2");
    cancelled.cancel(false);
    queued.cancel(false);
    generating.cancel(false);

    assertThat(session.inFlight()).hasSize(1);
    assertThat(main.table().find("a").waiters.next).isNull();
    TestUnit.emit(unit.get());
    assertThat(kept).isCompleted();
    assertThat(cancelled).isCancelled();
    state.get().continueLookup();
    assertThat(main.generatorList().get(0).holder()).isNull();
    assertThat(session.explainStalled()).isEmpty();
  }

  @Test
  @Rule("B8.9")
  void anInterruptedLookUpIsWithdrawnAndTheThreadStaysInterrupted() throws InterruptedException {
    hold(main, "a");
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread blocked =
        new Thread(() -> {
          try {
            session.lookup(main, "a");
          } catch (LookupInterruptedException expected) {
            interrupted.complete(Thread.currentThread().isInterrupted());
          }
        });
    blocked.start();
    blocked.interrupt();
    blocked.join();

    assertThat(await(interrupted)).isTrue();
    assertThat(session.inFlight()).isEmpty();
  }

  @Test
  @Rule("B8.9")
  void aLookUpThatRunsOutOfTimeSaysWhatItWaitedFor() {
    hold(main, "a");

    assertThatThrownBy(() ->
            session.lookup(
                SearchOrder.of(main),
                SymbolLookupSet.of("a"),
                SymbolState.READY,
                Duration.ofMillis(1)))
        .isInstanceOf(LookupTimeoutException.class)
        .hasMessageContaining("No result for [ a ] after PT0.001S")
        .hasMessageContaining("a in \"main\", unit a, Materializing, on no thread");
    assertThat(session.inFlight()).isEmpty();
  }

  @Test
  @Rule("B8.10")
  void aUnitThatBlocksOnItselfGetsAnError() {
    main.define(blocking(session, main, "a", "a"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .hasCauseInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining(
            "symbol a, which waits for unit a, which waits for the look-up of [ a ]");
  }

  @Test
  @Rule("B8.10")
  void threadsThatBlockOnEachOthersUnitsGetAnError() {
    try (ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.virtualThreads()))) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(blocking(own, dylib, "a", "b"));
      dylib.define(blocking(own, dylib, "b", "c"));
      dylib.define(blocking(own, dylib, "c", "a"));

      assertThatThrownBy(() ->
              own.lookup(
                  SearchOrder.of(dylib),
                  SymbolLookupSet.of("a"),
                  SymbolState.READY,
                  Duration.ofSeconds(30)))
          .isInstanceOf(FailedToMaterializeException.class)
          .hasRootCauseInstanceOf(LookupDeadlockException.class);
    }
  }

  @Test
  @Rule("B8.10")
  void aRequestMadeAfterTheBlockIsNoticed() {
    Held other = hold(main, "b");
    main.define(
        TestUnit.of(
            responsibility -> {
              session.dispatch(
                  new NamedTask(
                      "b asks for a",
                      () ->
                          other
                              .get()
                              .lookup(
                                  LookupKind.STATIC,
                                  SearchOrder.of(main),
                                  SymbolLookupSet.of("a"),
                                  SymbolState.READY,
                                  null)));
              session.lookup(main, "b");
            },
            "a"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .hasCauseInstanceOf(LookupDeadlockException.class);
  }
}
