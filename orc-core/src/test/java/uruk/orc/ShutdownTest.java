package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ShutdownTest extends SessionFixture {
  private final List<String> calls = new ArrayList<>();

  private final ResourceManager notes =
      new ResourceManager() {
        @Override
        public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
          calls.add(key.toString());
        }

        @Override
        public void handleTransferResources(
            JITDylib dylib, ResourceKey destination, ResourceKey source) {}
      };

  /** A platform that notes what it is told. */
  private final class NotingPlatform implements Platform {
    @Override
    public void setupJITDylib(JITDylib dylib) {
      calls.add("set up " + dylib.name());
      if (dylib.name().equals("refused")) {
        throw new IllegalStateException("no header for refused");
      }
    }

    @Override
    public void teardownJITDylib(JITDylib dylib) {
      calls.add("tear down " + dylib.name() + " " + dylib.state());
      throw new IllegalStateException("tearing down fails");
    }

    @Override
    public void notifyAdding(ResourceTracker tracker, MaterializationUnit unit) {
      if (unit.name().equals("refused")) {
        throw new IllegalStateException("refused");
      }
    }

    @Override
    public void notifyRemoving(ResourceTracker tracker) {}
  }

  @Test
  @Rule("B7.1")
  void closingRemovesDylibsInReverseOrderOnce() {
    session.registerResourceManager(notes);
    JITDylib second = session.createJITDylib("second");
    second.define(TestUnit.of("a"));
    second.define(TestUnit.of("b"), second.createResourceTracker());
    main.define(TestUnit.of("c"));
    session.close();
    session.close();

    assertThat(calls)
        .containsExactly(
            "tracker 1 of \"second\"",
            "default tracker of \"second\"",
            "default tracker of \"main\"");
    assertThat(session.isClosed()).isTrue();
  }

  @Test
  @Rule("B7.2")
  void dylibsAreRemovedInTheOrderGivenAndTornDownAfterTheirTrackers() {
    try (ExecutionSession own = build(ExecutionSession.builder().platform(new NotingPlatform()))) {
      own.registerResourceManager(notes);
      JITDylib first = own.createJITDylib("first");
      JITDylib second = own.createJITDylib("second");
      first.define(TestUnit.of("a"));
      second.addToLinkOrder(first);
      calls.clear();

      assertThatThrownBy(() -> own.removeJITDylibs(List.of(second, first, second)))
          .isInstanceOf(ResourceRemovalException.class)
          .hasMessageContaining("failed 2 times");

      assertThat(calls)
          .containsExactly(
              "tear down second CLOSING",
              "default tracker of \"first\"",
              "tear down first CLOSING");
      assertThat(first.state()).isEqualTo(JITDylib.State.CLOSED);
      assertThat(second.linkOrder().isEmpty()).isTrue();
      assertThat(own.findJITDylib("first")).isEmpty();
      own.removeJITDylibs(List.of(first));
      assertThat(calls).hasSize(3);
    }
  }

  @Test
  void aDylibThatThePlatformRefusesDoesNotStay() {
    try (ExecutionSession own = build(ExecutionSession.builder().platform(new NotingPlatform()))) {
      assertThatThrownBy(() -> own.createJITDylib("refused")).hasMessage("no header for refused");
      assertThat(own.findJITDylib("refused")).isEmpty();
      JITDylib bare = own.createBareJITDylib("bare");
      assertThat(calls).doesNotContain("set up bare");
      assertThatThrownBy(() ->
              bare.define(new TestUnit("refused", TestUnit.flags(TestUnit.FUNCTION, "a"), r -> {})))
          .hasMessage("refused");
      assertThat(bare.symbols("")).isEmpty();
    }
  }

  @Test
  @Rule("B7.3")
  void aRemovedDylibAcceptsNothing() {
    JITDylib gone = session.createJITDylib("gone");
    session.removeJITDylibs(List.of(gone));

    assertThatThrownBy(() -> gone.define(TestUnit.of("a")))
        .isInstanceOfSatisfying(
            JITDylibDefunctException.class, error -> assertThat(error.dylib()).isSameAs(gone))
        .hasMessageContaining("\"gone\" is defunct");
    assertThatThrownBy(gone::createResourceTracker).isInstanceOf(JITDylibDefunctException.class);
    assertThatThrownBy(() -> gone.addGenerator((state, kind, dylib, flags, names) -> {}))
        .isInstanceOf(JITDylibDefunctException.class);
    assertThatThrownBy(() -> JITDylib.depthFirstLinkOrder(List.of(main, gone)))
        .isInstanceOf(JITDylibDefunctException.class);
    assertThat(failure(lookup(gone, "a"))).isInstanceOf(SymbolsNotFoundException.class);
    assertThat(session.createJITDylib("gone")).isNotSameAs(gone);
  }

  @Test
  @Rule("B7.4")
  void workUnderWayWhenItsDylibGoesGetsErrors() {
    JITDylib gone = session.createJITDylib("gone");
    Held unit = hold(gone, "a");
    AtomicReference<LookupState> kept = new AtomicReference<>();
    gone.addGenerator((state, kind, dylib, flags, names) -> kept.set(state.suspend()));
    CompletableFuture<SymbolMap> pending = lookup(gone, "a");
    CompletableFuture<SymbolMap> generating = lookup(gone, "b");
    session.removeJITDylibs(List.of(gone));

    assertThat(failure(pending)).hasCauseInstanceOf(ResourceTrackerDefunctException.class);
    assertThat(failure(generating)).isInstanceOf(GeneratorRemovedException.class);
    assertThatThrownBy(() -> TestUnit.emit(unit.get()))
        .isInstanceOf(ResourceTrackerDefunctException.class);
    kept.get().continueLookup();
  }

  @Test
  @Rule("B7.5")
  void closingWaitsForTheTasksOfTheDispatcher() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.virtualThreads()));
    own.dispatch(
        new NamedTask(
            "slow",
            () -> {
              started.countDown();
              awaitLatch(mayEnd);
              calls.add("task ended");
            }));
    started.await();
    Thread closing =
        Thread.ofVirtual()
            .start(() -> {
              own.close();
              calls.add("closed");
            });
    mayEnd.countDown();
    closing.join();

    assertThat(calls).containsExactly("task ended", "closed");
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interruption) {
      throw new AssertionError(interruption);
    }
  }

  @Test
  @Rule("B7.5")
  void aTaskMayCloseTheSession() {
    ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.virtualThreads()));
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    own.dispatch(
        new NamedTask(
            "closer",
            () -> {
              own.close();
              closed.complete(true);
            }));

    assertThat(await(closed)).isTrue();
  }

  @Test
  @Rule("B7.6")
  void closingGoesThroughWhateverFails() {
    ExecutionSession own = build(ExecutionSession.builder().platform(new NotingPlatform()));
    JITDylib first = own.createJITDylib("first");
    JITDylib second = own.createJITDylib("second");
    own.close();

    assertThat(List.of(first.state(), second.state())).containsOnly(JITDylib.State.CLOSED);
    assertThat(reported)
        .singleElement()
        .satisfies(error ->
            assertThat(error)
                .isInstanceOf(ResourceRemovalException.class)
                .hasRootCauseMessage("tearing down fails"));
  }

  @Test
  @Rule("B7.7")
  void lookUpsLeftAndMadeLaterFail() {
    CompletableFuture<LookupState> kept = new CompletableFuture<>();
    JITDylib slow = session.createJITDylib("slow");
    slow.addGenerator((state, kind, dylib, flags, names) -> kept.complete(state.suspend()));
    main.define(TestUnit.of("a"));
    session.lookup(main, "a");
    CompletableFuture<SymbolMap> left = lookup(slow, "b");
    session.close();

    assertThat(failure(left)).isInstanceOf(OrcException.class);
    assertThat(failure(lookup(main, "a"))).isInstanceOf(SessionClosedException.class);
    assertThatThrownBy(() -> session.lookup(main, "a")).isInstanceOf(SessionClosedException.class);
    assertThatThrownBy(() -> session.createJITDylib("late"))
        .isInstanceOf(SessionClosedException.class);
  }
}
