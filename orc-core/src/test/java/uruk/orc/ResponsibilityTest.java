package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Symbols that are split off, claimed and handed back belong to one unit and one tracker. */
class ResponsibilityTest extends SessionFixture {
  private final ResourceTracker tracker = main.createResourceTracker();

  @Test
  void aNameDelegatedTwiceAtOnceIsDelegatedOnce() {
    Held held = hold(tracker, "a", "b");
    lookup(main, "a");

    MaterializationResponsibility part = held.get().delegate(List.of("a", "a"));

    assertThat(part.symbols()).containsOnlyKeys("a");
    assertThat(held.get().symbols()).containsOnlyKeys("b");
    tracker.remove();
    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  void whatIsClaimedAfterEverythingWasDelegatedGoesWithTheTracker() {
    Held held = hold(tracker, "a");
    main.define(TestUnit.of("other"), tracker);
    lookup(main, "a");
    MaterializationResponsibility part = held.get().delegate(Set.of("a"));
    held.get().defineMaterializing(TestUnit.flags(TestUnit.FUNCTION, "late", "later"));
    TestUnit.emit(held.get());
    TestUnit.emit(part);

    main.remove(Set.of("late"));
    tracker.remove();

    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  void aResponsibilityWithoutSymbolsFollowsItsTrackersTransfer() {
    ResourceTracker other = main.createResourceTracker();
    Held held = hold(tracker, "a");
    lookup(main, "a");
    MaterializationResponsibility part = held.get().delegate(Set.of("a"));
    tracker.transferTo(other);

    assertThat(held.get().defineMaterializing(TestUnit.flags(TestUnit.FUNCTION, "late")))
        .containsExactly("late");

    assertThat(held.get().tracker()).isSameAs(other);
    other.remove();
    assertThat(main.symbols("")).isEmpty();
    assertThatThrownBy(() -> held.get().notifyEmitted(List.of()))
        .isInstanceOf(ResourceTrackerDefunctException.class);
    assertThat(part.symbols()).isEmpty();
  }

  @Test
  void aClaimOfNothingLeavesAnEmptyResponsibilityOutOfTheTracker() {
    Held held = hold(tracker, "a");
    main.define(TestUnit.of("other"), tracker);
    lookup(main, "a");
    MaterializationResponsibility part = held.get().delegate(Set.of("a"));
    assertThat(held.get().defineMaterializing(Map.of())).isEmpty();
    TestUnit.emit(part);

    tracker.remove();

    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  void aResponsibilityThatIsDoneClaimsNothing() {
    Held emitted = hold(main, "a");
    Held failed = hold(main, "b");
    lookup(main, "a");
    lookup(main, "b");
    TestUnit.emit(emitted.get());
    failed.get().failMaterialization(new IllegalStateException("broken"));

    for (Held done : List.of(emitted, failed)) {
      assertThatThrownBy(
              () -> done.get().defineMaterializing(TestUnit.flags(TestUnit.FUNCTION, "late")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("emitted or failed");
    }
    assertThat(main.symbolState("late")).isNull();
  }

  @Test
  void anInitializerSymbolThatIsHandedBackIsTheNewUnits() {
    SymbolFlags flags = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.SIDE_EFFECTS_ONLY);
    Held held = new Held();
    main.define(
        new TestUnit(
            "unit",
            new MaterializationUnit.Interface(
                Map.of("a", TestUnit.FUNCTION, "init", flags), "init"),
            held));
    lookup(main, "a");
    assertThat(held.get().initSymbol()).contains("init");

    held.get().replace(TestUnit.of(flags, "init"));

    assertThat(held.get().initSymbol()).isEmpty();
  }

  @Test
  void aUnitWhoseEmissionWasRefusedIsStillToldAsTheOneThatFails() {
    Held held = hold(main, "a");
    lookup(main, "a");
    MaterializationUnit unit = main.pendingUnit("a");
    TestUnit.resolve(held.get());

    assertThatThrownBy(() -> held.get().notifyEmitted(List.of(group("a", main, "missing"))))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class);
    held.get().failMaterialization(new IllegalStateException("broken"));

    assertThat(unit).isNotNull();
    assertThat(main.pendingUnit("a")).isSameAs(unit);
  }

  @Test
  @Rule("B4.11")
  void aUnitThatHasFoundADefinitionWhichIsGoneIsRefusedThoughTheNameIsBack() {
    ResourceTracker old = main.createResourceTracker();
    main.define(TestUnit.of("needed"), old);
    Held user = hold(tracker, "user", "other");
    CompletableFuture<SymbolMap> found = lookup(main, "user");
    TestUnit.resolve(user.get());
    CompletableFuture<SymbolMap> needed =
        user.get()
            .lookup(
                LookupKind.STATIC,
                SearchOrder.of(main),
                SymbolLookupSet.of("needed"),
                SymbolState.RESOLVED,
                null);
    assertThat(needed).isCompleted();

    old.remove();
    main.define(
        AbsoluteSymbols.of(SymbolMap.of("needed", new ExecutorSymbolDef(1, TestUnit.FUNCTION))));
    session.lookup(main, "needed");

    assertThatThrownBy(() -> user.get().notifyEmitted(List.of(group("user", main, "needed"))))
        .isInstanceOfSatisfying(
            UnsatisfiedSymbolDependenciesException.class,
            refusal ->
                assertThat(refusal.badDependencies()).isEqualTo(Map.of(main, Set.of("needed"))));
    assertThat(main.symbolState("other")).isEqualTo(SymbolState.READY);
    user.get().failMaterialization(new IllegalStateException("bound to what is gone"));
    assertThat(failure(found)).hasRootCauseMessage("bound to what is gone");
  }

  @Test
  @Rule("B4.11")
  void aDefinitionThatIsGoneFromAnotherDylibDoesNotCount() {
    JITDylib library = session.createBareJITDylib("library");
    library.define(TestUnit.of("needed"));
    main.define(TestUnit.of("needed"));
    Held user = hold(tracker, "user");
    CompletableFuture<SymbolMap> found = lookup(main, "user");
    TestUnit.resolve(user.get());
    var _ =
        user.get()
            .lookup(
                LookupKind.STATIC,
                SearchOrder.of(library),
                SymbolLookupSet.of("needed"),
                SymbolState.READY,
                null);
    library.clear();

    user.get().notifyEmitted(List.of(group("user", main, "needed")));

    assertThat(found).isCompleted();
  }

  @Test
  @Rule("B4.11")
  void aUnitThatFindsTheNewDefinitionAfterTheOldOneIsNotRefused() {
    ResourceTracker old = main.createResourceTracker();
    main.define(TestUnit.of("needed"), old);
    Held user = hold(tracker, "user");
    CompletableFuture<SymbolMap> found = lookup(main, "user");
    TestUnit.resolve(user.get());
    for (int round = 0; round < 2; round++) {
      var _ =
          user.get()
              .lookup(
                  LookupKind.STATIC,
                  SearchOrder.of(main),
                  SymbolLookupSet.of("needed"),
                  SymbolState.READY,
                  null);
      if (round == 0) {
        old.remove();
        main.define(TestUnit.of("needed"));
      }
    }

    user.get().notifyEmitted(List.of(group("user", main, "needed")));

    assertThat(found).isCompleted();
  }
}
