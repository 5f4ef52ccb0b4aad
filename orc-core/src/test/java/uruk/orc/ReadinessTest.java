package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadinessTest extends SessionFixture {
  @Test
  @Rule("B4.1")
  void groupsGivePrecisionBySymbol() {
    Held unit = hold(main, "needy", "free");
    hold(main, "needed");
    CompletableFuture<SymbolMap> needy = lookup(main, "needy");
    CompletableFuture<SymbolMap> free = lookup(main, "free");
    TestUnit.resolve(unit.get());
    unit.get().notifyEmitted(List.of(group("needy", main, "needed")));

    assertThat(free).isCompleted();
    assertThat(needy).isNotDone();
    session.lookup(main, "free");
  }

  @Test
  @Rule("B4.1")
  void overlappingGroupsAreRefused() {
    Held unit = hold(main, "a");
    lookup(main, "a");
    TestUnit.resolve(unit.get());

    assertThatThrownBy(
            () -> unit.get().notifyEmitted(List.of(group("a", main, "x"), group("a", main, "y"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a of a is in two dependence groups");
  }

  @Test
  void refusedAndUnsatisfiedGroupsUseNothing() {
    main.define(TestUnit.of("used"));
    Held unit = hold(main, "a", "b");
    lookup(main, "a");
    TestUnit.resolve(unit.get());
    assertThatThrownBy(() ->
            unit.get().notifyEmitted(List.of(group("a", main, "used"), group("a", main, "used"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(main.table().find("used").users()).isEmpty();

    assertThatThrownBy(() ->
            unit.get()
                .notifyEmitted(
                    List.of(group("a", main, "used", "missing"), group("b", main, "used"))))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class);
    assertThat(main.table().find("used").users()).hasSize(1);
    assertThat(session.usersOf(main, "used").symbols())
        .containsExactly(new SymbolInstance(main, "b"));
  }

  @Test
  void groupsWithoutSymbolsNeedNothing() {
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> ready = lookup(main, "a");
    TestUnit.resolve(unit.get());
    unit.get()
        .notifyEmitted(
            List.of(new SymbolDependenceGroup(Set.of(), Map.of(main, Set.of("missing")))));

    assertThat(ready).isCompleted();
  }

  @Test
  @Rule("B4.2")
  void needingOneselfDoesNotCount() {
    Held unit = hold(main, "a", "b");
    CompletableFuture<SymbolMap> ready = lookup(main, "a");
    emit(unit.get(), main, "a", "b");

    assertThat(ready).isCompleted();
  }

  @Test
  @Rule("B4.3")
  void aCircleWithinAUnitBecomesReady() {
    Held unit = hold(main, "a", "b", "c");
    CompletableFuture<SymbolMap> ready = lookup(main, "a", "b", "c");
    TestUnit.resolve(unit.get());
    unit.get()
        .notifyEmitted(
            List.of(group("a", main, "b"), group("b", main, "c"), group("c", main, "a")));

    assertThat(ready).isCompleted();
  }

  @Test
  @Rule("B4.3")
  void aCircleAcrossUnitsBecomesReadyWithItsLastMember() {
    Held a = hold(main, "a");
    Held b = hold(main, "b");
    Held c = hold(main, "c");
    CompletableFuture<SymbolMap> ready = lookup(main, "a");
    CompletableFuture<SymbolMap> others = lookup(main, "b", "c");
    emit(b.get(), main, "c");
    emit(a.get(), main, "b");
    assertThat(ready).isNotDone();
    emit(c.get(), main, "a");

    assertThat(ready).isCompleted();
    assertThat(others).isCompleted();
  }

  @Test
  @Rule("B4.4")
  void needingAReadySymbolDelaysNothingAndIsRemembered() {
    main.define(TestUnit.of("ready"));
    session.lookup(main, "ready");
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    emit(unit.get(), main, "ready");

    assertThat(found).isCompleted();
    assertThat(session.usersOf(main, "ready").symbols())
        .containsExactly(new SymbolInstance(main, "a"));
    assertThat(session.dependenciesOf(main, "a").symbols())
        .containsExactly(new SymbolInstance(main, "ready"));
  }

  @Test
  @Rule("B4.5")
  void aGroupWithAFailedDependencyIsRefusedAndTheOthersAreEmitted() {
    RuntimeException broken = new IllegalStateException("broken");
    Held failing = hold(main, "failing");
    Held unit = hold(main, "bad", "good");
    lookup(main, "failing");
    CompletableFuture<SymbolMap> good = lookup(main, "good");
    CompletableFuture<SymbolMap> bad = lookup(main, "bad");
    failing.get().failMaterialization(broken);
    TestUnit.resolve(unit.get());

    assertThatThrownBy(() -> unit.get().notifyEmitted(List.of(group("bad", main, "failing"))))
        .isInstanceOfSatisfying(
            UnsatisfiedSymbolDependenciesException.class,
            error -> {
              assertThat(error.failedSymbols()).containsExactly("bad");
              assertThat(error.badDependencies()).isEqualTo(Map.of(main, Set.of("failing")));
            })
        .hasCause(broken);
    assertThat(good).isCompleted();
    assertThat(bad).isNotDone();
    assertThat(unit.get().symbols()).containsOnlyKeys("bad");
    unit.get().failMaterialization(new IllegalStateException("cannot emit"));
    assertThat(failure(bad)).isInstanceOf(FailedToMaterializeException.class);
  }

  @Test
  @Rule("B4.5")
  void aGroupWithAnUndefinedOrRemovedDependencyIsRefused() {
    main.define(TestUnit.of("removed"));
    session.lookup(main, "removed");
    main.remove(Set.of("removed"));
    Held unit = hold(main, "a");
    lookup(main, "a");
    TestUnit.resolve(unit.get());

    assertThatThrownBy(
            () -> unit.get().notifyEmitted(List.of(group("a", main, "removed", "undefined"))))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class)
        .hasMessageContaining("undefined")
        .hasMessageContaining("removed");
  }

  @Test
  @Rule("B4.6")
  void aFailureReachesAllThatWaitForItOverCirclesAndSteps() {
    Held a = hold(main, "a");
    Held b = hold(main, "b");
    Held c = hold(main, "c");
    Held root = hold(main, "root");
    Held other = hold(main, "other");
    CompletableFuture<SymbolMap> first = lookup(main, "a");
    lookup(main, "b", "c", "root");
    CompletableFuture<SymbolMap> independent = lookup(main, "other");
    emit(a.get(), main, "b");
    emit(b.get(), main, "c");
    emit(c.get(), main, "b", "root");
    root.get().failMaterialization(new IllegalStateException("broken"));

    assertThat(failure(first))
        .isInstanceOfSatisfying(
            FailedToMaterializeException.class,
            error ->
                assertThat(error.symbols()).isEqualTo(Map.of(main, Set.of("a", "b", "c", "root"))));
    TestUnit.emit(other.get());
    assertThat(independent).isCompleted();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  @Rule({"B4.7", "B4.9"})
  void inWhateverOrderUnitsAreEmittedReadyIsWhatReachesNothingUnemitted(long seed) {
    Random random = new Random(seed);
    int size = 60;
    List<Held> units = new ArrayList<>();
    List<Set<Integer>> edges = new ArrayList<>();
    for (int at = 0; at < size; at++) {
      units.add(hold(main, "s" + at));
      Set<Integer> needed = new TreeSet<>();
      for (int edge = random.nextInt(4); edge > 0; edge--) {
        needed.add(random.nextInt(size));
      }
      edges.add(needed);
      lookup(main, "s" + at);
    }
    List<Integer> order = new ArrayList<>();
    for (int at = 0; at < size; at++) {
      order.add(at);
    }
    Collections.shuffle(order, random);
    Set<Integer> emitted = new LinkedHashSet<>();
    for (int next : order) {
      String[] names = edges.get(next).stream().map(at -> "s" + at).toArray(String[]::new);
      emit(units.get(next).get(), main, names);
      emitted.add(next);
      for (int at = 0; at < size; at++) {
        assertThat(main.symbolState("s" + at) == SymbolState.READY)
            .as("s%d after %s", at, emitted)
            .isEqualTo(reachesOnly(at, emitted, edges));
      }
    }
  }

  private static boolean reachesOnly(int start, Set<Integer> emitted, List<Set<Integer>> edges) {
    Set<Integer> seen = new LinkedHashSet<>(List.of(start));
    List<Integer> unvisited = new ArrayList<>(seen);
    while (!unvisited.isEmpty()) {
      int at = unvisited.removeLast();
      if (!emitted.contains(at)) {
        return false;
      }
      edges.get(at).stream().filter(seen::add).forEach(unvisited::add);
    }
    return true;
  }

  @Test
  @Rule("B4.10")
  void needingASymbolThatNobodyLookedUpStartsItsUnit() {
    TestUnit lazy = TestUnit.of("lazy");
    main.define(lazy);
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    emit(unit.get(), main, "lazy");

    assertThat(lazy.runs).isEqualTo(1);
    assertThat(found).isCompleted();
  }

  @Test
  void usersAndDependenciesAreKnownByUnitAndTracker() {
    ResourceTracker library = main.createResourceTracker();
    ResourceTracker program = main.createResourceTracker();
    Held lib = hold(library, "lib1", "lib2");
    Held app = hold(program, "app");
    lookup(main, "app", "lib1");
    TestUnit.resolve(lib.get());
    lib.get().notifyEmitted(List.of(group("lib1", main, "lib2")));
    emit(app.get(), main, "lib2");

    SymbolInstance user = new SymbolInstance(main, "app");
    SymbolInstance used = new SymbolInstance(main, "lib2");
    assertThat(session.usersOf(library))
        .isEqualTo(new Dependents(Set.of(user), Set.of("app"), Set.of(program)));
    assertThat(session.dependenciesOf(program))
        .isEqualTo(new Dependents(Set.of(used), Set.of("lib1+lib2"), Set.of(library)));
    assertThat(session.usersOfUnit(main, "lib1").symbols()).containsExactly(user);
    assertThat(session.dependenciesOfUnit(main, "app").symbols()).containsExactly(used);
    assertThat(session.usersOf(main, "lib2").symbols())
        .containsExactlyInAnyOrder(user, new SymbolInstance(main, "lib1"));
    assertThatThrownBy(() -> session.usersOf(main, "missing"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }
}
