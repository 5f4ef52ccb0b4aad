package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SymbolStateTest extends SessionFixture {
  @Test
  @Rule("B1.1")
  void aSymbolGoesThroughFiveStates() {
    Held unit = hold(main, "a");
    Held other = hold(main, "b");
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.NEVER_SEARCHED);

    lookup(main, "a");
    lookup(main, "b");
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.MATERIALIZING);

    TestUnit.resolve(unit.get());
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.RESOLVED);

    unit.get().notifyEmitted(List.of(group("a", main, "b")));
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.EMITTED);

    TestUnit.emit(other.get());
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.READY);
  }

  @Test
  @Rule("B1.1")
  void anErrorIsAFlagThatStaysUntilTheTrackerIsRemoved() {
    ResourceTracker tracker = main.createResourceTracker();
    Held unit = hold(tracker, "a");
    CompletableFuture<SymbolMap> first = lookup(main, "a");
    unit.get().failMaterialization(new IllegalStateException("broken"));

    assertThat(failure(first)).isInstanceOf(FailedToMaterializeException.class);
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.MATERIALIZING);
    assertThat(main.symbols("a").get("a").flags().hasError()).isTrue();
    assertThat(failure(lookup(main, "a"))).isInstanceOf(FailedToMaterializeException.class);

    tracker.remove();
    main.define(TestUnit.of("a"));
    assertThat(session.lookup(main, "a").flags().hasError()).isFalse();
  }

  @Test
  @Rule("B1.2")
  void aUnitThatWasHandedBackStartsWithTheNextLookUp() {
    Held unit = hold(main, "a", "b");
    lookup(main, "a");
    TestUnit rest = TestUnit.of("b");
    unit.get().replace(rest);

    assertThat(rest.runs).isZero();
    assertThat(main.symbolState("b")).isEqualTo(SymbolState.MATERIALIZING);
    assertThat(lookup(main, "b")).isCompleted();
    assertThat(rest.runs).isEqualTo(1);
  }

  @Test
  @Rule("B1.2")
  void aUnitThatWasHandedBackStartsAtOnceIfItIsAwaited() {
    Held unit = hold(main, "a", "b");
    CompletableFuture<SymbolMap> awaited = lookup(main, "a", "b");
    TestUnit rest = TestUnit.of("b");
    unit.get().replace(rest);

    assertThat(rest.runs).isEqualTo(1);
    assertThat(unit.get().symbols()).containsOnlyKeys("a");
    TestUnit.emit(unit.get());
    assertThat(awaited).isCompleted();
  }

  @Test
  @Rule("B1.3")
  void aLookUpOfOneSymbolStartsTheWholeUnitOnce() {
    TestUnit unit = TestUnit.of(new Held(), "a", "b");
    main.define(unit);
    lookup(main, "a");
    lookup(main, "b");

    assertThat(main.symbolState("b")).isEqualTo(SymbolState.MATERIALIZING);
    assertThat(unit.runs).isEqualTo(1);
  }

  @Test
  @Rule("B1.4")
  void aLookUpIsContentWithALaterState() {
    main.define(TestUnit.of("a"));
    session.lookup(main, "a");

    assertThat(lookup(SymbolState.RESOLVED, main, "a")).isCompleted();
    Held unit = hold(main, "b");
    CompletableFuture<SymbolMap> resolved = lookup(SymbolState.RESOLVED, main, "b");
    hold(main, "c");
    emit(unit.get(), main, "c");
    assertThat(resolved).isCompleted();
    assertThat(lookup(SymbolState.RESOLVED, main, "b")).isCompleted();
    assertThat(lookup(SymbolState.READY, main, "b")).isNotDone();
  }

  @Test
  @Rule("B1.5")
  void emittedIsNotReadyWhileADependencyIsNotEmitted() {
    Held a = hold(main, "a");
    Held b = hold(main, "b");
    Held c = hold(main, "c");
    CompletableFuture<SymbolMap> ready = lookup(main, "a");
    lookup(main, "b", "c");
    emit(a.get(), main, "b");
    emit(b.get(), main, "c");

    assertThat(ready).isNotDone();
    TestUnit.emit(c.get());
    assertThat(ready).isCompleted();
  }

  @Test
  @Rule("B1.6")
  void aResolvedSymbolIsNoLongerWeak() {
    main.define(TestUnit.weak("a"));
    assertThat(main.symbols("a").get("a").flags().isWeak()).isTrue();

    assertThat(session.lookup(main, "a").flags().isWeak()).isFalse();
    assertThat(main.symbols("a").get("a").flags().isWeak()).isFalse();
  }

  @Test
  @Rule("B1.7")
  void aLookUpThatFailsWhileItLodgesStartsNothing() {
    TestUnit unit = TestUnit.of("a");
    main.define(unit);
    main.define(
        TestUnit.of(SymbolFlags.of(SymbolFlags.SIDE_EFFECTS_ONLY, SymbolFlags.EXPORTED), "init"));

    CompletableFuture<SymbolMap> both = lookup(main, "a", "init");

    assertThat(failure(both))
        .isInstanceOf(SymbolsNotFoundException.class)
        .hasMessageContaining("init in \"main\" has side effects only: reference it weakly");
    assertThat(unit.runs).isZero();
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.NEVER_SEARCHED);
    assertThat(lookup(main, "a")).isCompleted();
  }

  @Test
  void resolvingWhatOneIsNotResponsibleForIsRefused() {
    Held unit = hold(main, "a");
    lookup(main, "a");

    assertThatThrownBy(() -> unit.get().notifyResolved(absolute("a", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x is not a symbol that a is responsible for");
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.MATERIALIZING);
  }

  @Test
  void resolvingWithOtherFlagsIsRefused() {
    Held unit = hold(main, "a");
    lookup(main, "a");

    assertThatThrownBy(() ->
            unit.get()
                .notifyResolved(SymbolMap.of("a", new ExecutorSymbolDef(1, SymbolFlags.EXPORTED))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was declared");
  }

  @Test
  void emittingBeforeResolvingIsRefused() {
    Held unit = hold(main, "a");
    lookup(main, "a");

    assertThatThrownBy(() -> unit.get().notifyEmitted(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("emitted before it is resolved");
  }
}
