package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class FailureTest extends SessionFixture {
  private final RuntimeException broken = new IllegalStateException("broken");

  @Test
  @Rule("B5.1")
  void failingLeavesWhatIsEmittedAlone() {
    Held failing = hold(main, "failing");
    Held unit = hold(main, "bad", "good");
    lookup(main, "failing");
    CompletableFuture<SymbolMap> good = lookup(main, "good");
    failing.get().failMaterialization(broken);
    TestUnit.resolve(unit.get());
    assertThatThrownBy(() -> unit.get().notifyEmitted(List.of(group("bad", main, "failing"))))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class);
    unit.get().failMaterialization(broken);

    assertThat(good).isCompleted();
    assertThat(session.lookup(main, "good").address()).isEqualTo(TestUnit.addressOf("good"));
    assertThat(failure(lookup(main, "bad"))).isInstanceOf(FailedToMaterializeException.class);
  }

  @Test
  @Rule("B5.2")
  void emittedDependantsFailInTheSameError() {
    Held dependant = hold(main, "dependant");
    Held failing = hold(main, "failing");
    CompletableFuture<SymbolMap> first = lookup(main, "dependant");
    CompletableFuture<SymbolMap> second = lookup(main, "failing");
    emit(dependant.get(), main, "failing");
    failing.get().failMaterialization(broken);

    FailedToMaterializeException error = (FailedToMaterializeException) failure(first);
    assertThat(error.symbols()).isEqualTo(Map.of(main, Set.of("failing", "dependant")));
    assertThat(failure(second)).isSameAs(error);
  }

  @Test
  @Rule({"B5.3", "B5.4"})
  void theFirstCauseReachesEveryCallerAndTheReporter() {
    Held failing = hold(main, "failing");
    main.define(linkedUnit("middle", "failing"));
    main.define(linkedUnit("top", "middle"));
    CompletableFuture<SymbolMap> top = lookup(main, "top");
    failing.get().failMaterialization(broken);

    assertThat(failure(top))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasMessageContaining("because: broken")
        .hasCause(broken);
    assertThat(reported).isNotEmpty().allSatisfy(error -> assertThat(error).hasCause(broken));
    assertThatThrownBy(() -> session.lookup(main, "middle")).hasCause(broken);
  }

  /**
   * A unit that waits for another one before it resolves, and fails with whatever that fails with.
   */
  private TestUnit linkedUnit(String name, String needed) {
    return TestUnit.waiting(
        main,
        name,
        needed,
        SymbolState.RESOLVED,
        responsibility -> emit(responsibility, main, needed));
  }

  @Test
  @Rule("B5.3")
  void aUnitThatEmitsTooLateLearnsOfTheFailure() {
    Held failing = hold(main, "failing");
    Held unit = hold(main, "late");
    lookup(main, "failing");
    CompletableFuture<SymbolMap> late = lookup(main, "late");
    TestUnit.resolve(failing.get());
    failing.get().failMaterialization(broken);
    TestUnit.resolve(unit.get());

    UnsatisfiedSymbolDependenciesException unsatisfied =
        (UnsatisfiedSymbolDependenciesException)
            org.assertj.core.api.Assertions.catchThrowable(
                () -> unit.get().notifyEmitted(List.of(group("late", main, "failing"))));
    unit.get().failMaterialization(unsatisfied);
    assertThat(failure(late)).hasCause(broken);
  }

  @Test
  @Rule("B5.5")
  void aFailedNameStaysUntilItsTrackerIsRemoved() {
    ResourceTracker cell = main.createResourceTracker();
    Held unit = hold(cell, "a");
    lookup(main, "a");
    unit.get().failMaterialization(broken);

    assertThatThrownBy(() -> main.define(TestUnit.of("a")))
        .isInstanceOf(DuplicateDefinitionException.class);
    assertThatThrownBy(() -> main.remove(Set.of("a")))
        .isInstanceOf(SymbolsCouldNotBeRemovedException.class);
    cell.remove();
    main.define(TestUnit.of("a"));
    assertThat(lookup(main, "a")).isCompleted();
  }

  @Test
  @Rule("B5.6")
  void aResolvedLookUpSucceedsAndTheLaterFailureIsReported() {
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> resolved = lookup(SymbolState.RESOLVED, main, "a");
    TestUnit.resolve(unit.get());
    unit.get().failMaterialization(broken);

    assertThat(resolved).isCompleted();
    assertThat(reported).singleElement().satisfies(error -> assertThat(error).hasCause(broken));
  }

  @Test
  @Rule("B5.7")
  void aDroppedResponsibilityFailsItsSymbols() throws Exception {
    main.define(TestUnit.of(responsibility -> {}, "a"));
    CompletableFuture<SymbolMap> found = lookup(main, "a");

    assertThat(failureAfterCollection(found))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasCauseInstanceOf(ResponsibilityDroppedException.class);
  }

  @Test
  @Rule("B5.7")
  void aResponsibilityThatOnlyItsUnitHoldsCountsAsDropped() throws Exception {
    Held held = new Held();
    main.define(TestUnit.of(held, "a"));
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    assertThat(main.pendingUnit("a")).isNotNull();
    held = null;

    assertThat(failureAfterCollection(found))
        .hasCauseInstanceOf(ResponsibilityDroppedException.class);
  }

  private static Throwable failureAfterCollection(CompletableFuture<SymbolMap> found)
      throws Exception {
    for (int attempt = 0; attempt < 200; attempt++) {
      System.gc();
      try {
        found.handle((symbols, failure) -> failure).get(100, TimeUnit.MILLISECONDS);
        return failure(found);
      } catch (TimeoutException notYet) {
        // The collector has not come by.
      }
    }
    throw new AssertionError("the look-up is still waiting");
  }

  @Test
  @Rule("B5.8")
  void failingWithNothingLeftDoesNothing() {
    Held unit = hold(main, "a");
    lookup(main, "a");
    TestUnit.emit(unit.get());
    unit.get().failMaterialization(broken);
    unit.get().failMaterialization(broken);

    assertThat(session.lookup(main, "a").flags().hasError()).isFalse();
    assertThat(reported).isEmpty();
  }

  @Test
  void anExceptionInMaterializeFailsTheUnit() {
    main.define(
        TestUnit.of(
            responsibility -> {
              throw broken;
            },
            "a"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasCause(broken);
  }

  @Test
  void oneFailedInputLeavesTheSessionHealthy() {
    for (int input = 0; input < 3; input++) {
      ResourceTracker cell = main.createResourceTracker();
      Held unit = hold(cell, "cell");
      CompletableFuture<SymbolMap> result = lookup(main, "cell");
      unit.get().failMaterialization(broken);
      assertThat(failure(result)).hasCause(broken);
      cell.remove();
    }
    main.define(TestUnit.of("cell"));
    assertThat(lookup(main, "cell")).isCompleted();
    assertThat(session.dump()).doesNotContain("ERROR").doesNotContain("Waiting");
  }
}
