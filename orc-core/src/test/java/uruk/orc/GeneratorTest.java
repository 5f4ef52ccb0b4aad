package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generators that suspend, fail, lock and go away at awkward moments. */
class GeneratorTest extends SessionFixture {
  private final List<LookupState> states = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  private void suspending() {
    main.addGenerator((state, kind, dylib, flags, names) -> {
      asked.add(names.names().toString());
      states.add(state.suspend());
    });
  }

  @Test
  @Rule("B3.3")
  void aGeneratorIsBusyUntilItContinuesAlsoALookUpThatWasCancelledWhileItRan() {
    List<CompletableFuture<SymbolMap>> cancelled = new ArrayList<>();
    main.addGenerator((state, kind, dylib, flags, names) -> {
      asked.add(names.names().toString());
      states.add(state.suspend());
      cancelled.forEach(found -> found.cancel(false));
    });
    CompletableFuture<SymbolMap> front = lookup(main, "front");
    cancelled.add(lookup(main, "first"));
    CompletableFuture<SymbolMap> second = lookup(main, "second");

    states.getFirst().continueLookup();

    assertThat(front).isCompletedExceptionally();
    assertThat(cancelled.getFirst()).isCancelled();
    assertThat(asked).containsExactly("[front]", "[first]");
    cancelled.clear();
    states.get(1).continueLookup();
    assertThat(asked).containsExactly("[front]", "[first]", "[second]");
    states.get(2).continueLookup();
    assertThat(second).isCompletedExceptionally();
    assertThat(main.generatorList().get(0).holder()).isNull();
  }

  @Test
  @Rule("B3.4")
  void aGeneratorThatThrowsAfterItSuspendedFailsItsLookUpAndIsFree() {
    main.addGenerator((state, kind, dylib, flags, names) -> {
      states.add(state.suspend());
      if (states.size() == 1) {
        throw new IllegalStateException("broken");
      }
    });

    assertThat(failure(lookup(main, "a"))).hasMessage("broken");
    CompletableFuture<SymbolMap> second = lookup(main, "b");
    main.define(TestUnit.of("b"));
    states.get(1).continueLookup();
    assertThat(second).isCompleted();
  }

  @Test
  @Rule("B3.16")
  void aSuspendedLookUpThatNobodyCanContinueFails() throws Exception {
    main.addGenerator((state, kind, dylib, flags, names) -> state.suspend());
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    CompletableFuture<SymbolMap> queued = lookup(main, "b");

    assertThat(failureAfterCollection(found))
        .isInstanceOf(SuspensionDroppedException.class)
        .hasMessageContaining("generator of \"main\"");
    assertThat(failureAfterCollection(queued)).isInstanceOf(SuspensionDroppedException.class);
    assertThat(main.generatorList().get(0).holder()).isNull();
  }

  private static Throwable failureAfterCollection(CompletableFuture<SymbolMap> found)
      throws Exception {
    for (int attempt = 0; attempt < 200; attempt++) {
      System.gc();
      try {
        return found.handle((symbols, failure) -> failure).get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        // The collector has not come by.
      }
    }
    throw new AssertionError("the look-up is still waiting");
  }

  @Test
  @Rule("B8.2")
  void aLookUpBegunInsideTheLockAsksGeneratorsOutside() {
    List<Boolean> inside = new ArrayList<>();
    main.addGenerator((state, kind, dylib, flags, names) -> {
      inside.add(session.lock().isHeldByCurrentThread());
      dylib.define(AbsoluteSymbols.of(absolute(names.nameAt(0))));
    });

    CompletableFuture<SymbolMap> found = session.runSessionLocked(() -> lookup(main, "a"));

    assertThat(inside).containsExactly(false);
    assertThat(found).isCompleted();
  }

  @Test
  @Rule("B8.2")
  void aLookUpContinuedInsideTheLockGoesOnOutside() {
    List<Boolean> inside = new ArrayList<>();
    suspending();
    main.addGenerator((state, kind, dylib, flags, names) -> {
      inside.add(session.lock().isHeldByCurrentThread());
      dylib.define(AbsoluteSymbols.of(absolute(names.nameAt(0))));
    });
    CompletableFuture<SymbolMap> found = lookup(main, "a");

    boolean _ =
        session.runSessionLocked(() -> {
          states.getFirst().continueLookup();
          assertThat(inside).isEmpty();
          return true;
        });

    assertThat(inside).containsExactly(false);
    assertThat(found).isCompleted();
  }

  /** A generator that cannot say what it could define. */
  private static DefinitionGenerator nameless(String kind) {
    return new DefinitionGenerator() {
      @Override
      public void tryToGenerate(
          LookupState state,
          LookupKind lookup,
          JITDylib dylib,
          JITDylibLookupFlags flags,
          SymbolLookupSet names) {}

      @Override
      public List<String> names(Predicate<String> wanted) {
        return switch (kind) {
          case "null" -> null;
          case "error" -> throw new AssertionError("names broke");
          default -> List.of("missinh");
        };
      }

      @Override
      public String toString() {
        throw new IllegalStateException("toString broke");
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "error", "toString"})
  void aGeneratorThatCannotTellNamesDoesNotHideThatOneIsMissing(String kind) {
    main.addGenerator(nameless(kind));

    assertThat(failure(lookup(main, "missing"))).isInstanceOf(SymbolsNotFoundException.class);
    suspending();
    CompletableFuture<SymbolMap> found = lookup(main, "missing");
    states.getFirst().continueLookup();
    assertThat(failure(found)).isInstanceOf(SymbolsNotFoundException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Rule("B3.3")
  void whoLeavesTheQueueOfAGeneratorLeavesTheOthersInOrder(int leaving) {
    suspending();
    CompletableFuture<SymbolMap> holding = lookup(main, "held");
    List<CompletableFuture<SymbolMap>> queued = new ArrayList<>();
    for (int at = 0; at < 3; at++) {
      queued.add(lookup(main, "queued" + at));
    }

    queued.get(leaving).cancel(false);
    queued.add(lookup(main, "queued3"));
    for (int turn = 0; turn < 4; turn++) {
      assertThat(asked).hasSize(turn + 1);
      states.get(turn).continueLookup();
    }

    List<String> expected =
        new ArrayList<>(List.of("[held]", "[queued0]", "[queued1]", "[queued2]", "[queued3]"));
    expected.remove(leaving + 1);
    assertThat(asked).containsExactlyElementsOf(expected);
    assertThat(holding).isCompletedExceptionally();
    assertThat(queued).allMatch(CompletableFuture::isDone);
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @Test
  @Rule("B3.5")
  void aLookUpFailsAtARemovedGeneratorThatItWasToAskNext() {
    suspending();
    DefinitionGenerator next =
        main.addGenerator((state, kind, dylib, flags, names) -> asked.add("next"));
    CompletableFuture<SymbolMap> found = lookup(main, "a");

    main.removeGenerator(next);
    assertThat(found).isNotDone();
    states.getFirst().continueLookup();

    assertThat(failure(found)).isInstanceOf(GeneratorRemovedException.class);
    assertThat(asked).containsExactly("[a]");
  }

  @Test
  void aRegistrarThatThrowsAnErrorFailsItsLookUp() {
    suspending();
    CompletableFuture<SymbolMap> found =
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main),
            SymbolLookupSet.of("a"),
            SymbolState.READY,
            where -> {
              throw new AssertionError("registrar broke");
            });
    TestUnit unit = TestUnit.of("a");
    main.define(unit);

    states.getFirst().continueLookup();

    assertThat(failure(found)).hasMessage("registrar broke");
    assertThat(unit.runs).isZero();
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @Test
  void aRegistrarThatCancelsItsLookUpStartsNothing() {
    suspending();
    List<CompletableFuture<SymbolMap>> own = new ArrayList<>();
    own.add(
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main),
            SymbolLookupSet.of("a"),
            SymbolState.READY,
            where -> own.getFirst().cancel(false)));
    TestUnit unit = TestUnit.of("a");
    main.define(unit);

    states.getFirst().continueLookup();

    assertThat(own.getFirst()).isCancelled();
    assertThat(unit.runs).isZero();
    assertThat(main.table().find("a").waiters).isNull();
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"removes", "fails"})
  void aRegistrarThatTakesASymbolAwayFailsItsLookUp(String what) {
    Held held = hold(main, "held");
    CompletableFuture<SymbolMap> first = lookup(main, "held");
    TestUnit fresh = TestUnit.of("fresh");
    main.define(fresh);

    CompletableFuture<SymbolMap> found =
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main),
            SymbolLookupSet.of("held", "fresh"),
            SymbolState.READY,
            where -> {
              switch (what) {
                case "removes" -> main.remove(Set.of("fresh"));
                default -> held.get().failMaterialization(new IllegalStateException("broken"));
              }
            });

    first.cancel(false);
    assertThat(fresh.runs).isZero();
    assertThat(found).isCompletedExceptionally();
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @Test
  void whatIsRemovedInsideTheLockIsRefused() {
    ResourceTracker tracker = main.createResourceTracker();
    main.define(TestUnit.of("a"), tracker);

    for (Runnable removal :
        List.<Runnable>of(
            tracker::remove,
            tracker::close,
            main::clear,
            () -> session.removeJITDylibs(List.of(main)),
            session::close)) {
      assertThatThrownBy(() ->
              session.runSessionLocked(() -> {
                removal.run();
                return true;
              }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("inside the session lock");
    }
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.NEVER_SEARCHED);
    assertThat(session.isClosed()).isFalse();
  }

  @Test
  void aTaskDispatchedInsideTheLockRunsOutside() {
    List<Boolean> inside = new ArrayList<>();

    boolean _ =
        session.runSessionLocked(() -> {
          session.dispatch(
              new NamedTask("task", () -> inside.add(session.lock().isHeldByCurrentThread())));
          assertThat(inside).isEmpty();
          return true;
        });

    assertThat(inside).containsExactly(false);
  }

  @Test
  void aLookUpThatIsCancelledJustBeforeItsTurnAsksNobody() {
    try (ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(new AtOnceDispatcher()))) {
      JITDylib dylib = own.createJITDylib("dylib");
      Held held = hold(dylib, "other");
      CompletableFuture<SymbolMap> other = begin(dylib, "other");
      dylib.addGenerator((state, kind, where, flags, names) -> asked.add("asked"));
      CompletableFuture<SymbolMap> found =
          own.runSessionLocked(() -> {
            CompletableFuture<SymbolMap> begun = begin(dylib, "missing");
            var _ = other.thenAccept(symbols -> begun.cancel(false));
            TestUnit.emit(held.get());
            return begun;
          });

      assertThat(other).isCompleted();
      assertThat(found).isCancelled();
      assertThat(asked).isEmpty();
      assertThat(reported).isEmpty();
      assertThat(dylib.generatorList().get(0).holder()).isNull();
    }
  }

  private static CompletableFuture<SymbolMap> begin(JITDylib dylib, String name) {
    return dylib
        .session()
        .lookup(
            LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of(name), SymbolState.READY);
  }
}
