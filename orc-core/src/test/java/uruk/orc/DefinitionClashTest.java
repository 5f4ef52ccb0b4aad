package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DefinitionClashTest extends SessionFixture {
  @Test
  @Rule("B2.1")
  void aNewNameIsAdded() {
    main.define(TestUnit.of("a"));
    main.define(TestUnit.weak("b"));

    assertThat(main.symbols("")).containsOnlyKeys("a", "b");
  }

  @Test
  @Rule("B2.2")
  void twoStrongDefinitionsAreADuplicateInEveryState() {
    Held unit = hold(main, "a");
    hold(main, "needed");
    assertDuplicate();
    lookup(main, "a");
    assertDuplicate();
    TestUnit.resolve(unit.get());
    assertDuplicate();
    unit.get().notifyEmitted(List.of(group("a", main, "needed")));
    assertDuplicate();
  }

  private void assertDuplicate() {
    assertThatThrownBy(() -> main.define(TestUnit.of("a")))
        .isInstanceOfSatisfying(
            DuplicateDefinitionException.class,
            error -> assertThat(error.symbol()).isEqualTo(new SymbolInstance(main, "a")))
        .hasMessageContaining("duplicate definition of a")
        .hasMessageContaining("make one of them weak");
  }

  @Test
  @Rule("B2.3")
  void aWeakDefinitionAgainstAStrongOneIsDiscarded() {
    TestUnit strong = TestUnit.of("a");
    TestUnit weak = TestUnit.weak("a");
    main.define(strong);
    main.define(weak);

    assertThat(weak.discarded).containsExactly("a");
    session.lookup(main, "a");
    assertThat(strong.runs).isEqualTo(1);
  }

  @Test
  @Rule("B2.4")
  void aStrongDefinitionOverridesAWeakOneThatWasNotSearched() {
    TestUnit weak = TestUnit.weak("a", "b");
    TestUnit strong = TestUnit.of("a");
    main.define(weak);
    main.define(strong);

    assertThat(weak.discarded).containsExactly("a");
    session.lookup(main, "a");
    assertThat(strong.runs).isEqualTo(1);
    assertThat(weak.runs).isZero();
    session.lookup(main, "b");
    assertThat(weak.runs).isEqualTo(1);
  }

  @Test
  @Rule("B2.5")
  void aSearchedWeakDefinitionCannotBeOverridden() {
    Held unit = new Held();
    main.define(
        new TestUnit("weak", TestUnit.flags(TestUnit.FUNCTION.with(SymbolFlags.WEAK), "a"), unit));
    lookup(main, "a");

    assertThatThrownBy(() -> main.define(TestUnit.of("a")))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageContaining("define the strong one before the first look-up");
    TestUnit.emit(unit.get());
    assertThatThrownBy(() -> main.define(TestUnit.of("a")))
        .isInstanceOf(DuplicateDefinitionException.class);
  }

  @Test
  @Rule("B2.6")
  void theFirstOfTwoWeakDefinitionsWins() {
    TestUnit first = TestUnit.weak("a");
    TestUnit second = TestUnit.weak("a");
    TestUnit third = TestUnit.weak("a");
    main.define(first);
    main.define(second);
    session.lookup(main, "a");
    main.define(third);

    assertThat(first.runs).isEqualTo(1);
    assertThat(second.discarded).containsExactly("a");
    assertThat(third.discarded).containsExactly("a");
  }

  @Test
  @Rule("B2.7")
  void aUnitIsCheckedAsAWholeBeforeAnythingChanges() {
    TestUnit weak = TestUnit.weak("w");
    main.define(weak);
    main.define(TestUnit.of("s"));
    TestUnit clashing = TestUnit.of("w", "new", "s");

    assertThatThrownBy(() -> main.define(clashing))
        .isInstanceOf(DuplicateDefinitionException.class);
    assertThat(main.symbols("")).containsOnlyKeys("s", "w");
    assertThat(weak.discarded).isEmpty();

    JITDylib other = session.createBareJITDylib("other");
    other.define(clashing);
    assertThat(other.symbols("")).containsOnlyKeys("new", "s", "w");
  }

  @Test
  @Rule("B2.8")
  void aDiscardedNameHasLeftItsUnitBeforeTheUnitHearsOfIt() {
    List<String> seen = new ArrayList<>();
    Held held = new Held();
    MaterializationUnit unit =
        new MaterializationUnit(
            new MaterializationUnit.Interface(
                TestUnit.flags(TestUnit.FUNCTION.with(SymbolFlags.WEAK), "init", "b"), "init")) {
          @Override
          public String name() {
            return "unit";
          }

          @Override
          protected void materialize(MaterializationResponsibility responsibility) {
            held.accept(responsibility);
          }

          @Override
          protected void discard(JITDylib dylib, String name) {
            seen.add(name + " inside lock: " + session.lock().isHeldByCurrentThread());
          }
        };
    main.define(unit);
    main.define(TestUnit.of("init"));

    assertThat(seen).containsExactly("init inside lock: true");
    lookup(main, "b");
    assertThat(held.get().symbols()).containsOnlyKeys("b");
    assertThat(held.get().initSymbol()).isEqualTo(Optional.empty());
  }

  @Test
  @Rule("B2.9")
  void aUnitThatLostEverySymbolIsDropped() {
    ResourceTracker tracker = main.createResourceTracker();
    TestUnit weak = TestUnit.weak("a");
    main.define(weak, tracker);
    main.define(TestUnit.of("a"));

    session.lookup(main, "a");
    assertThat(weak.runs).isZero();
    tracker.remove();
    assertThat(main.symbols("")).containsOnlyKeys("a");
  }

  @Test
  @Rule("B2.10")
  void aUnitWithoutSymbolsIsAcceptedAndIgnored() {
    main.define(TestUnit.of());

    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  @Rule("B2.11")
  void theLargestCommonWinsWithTheStrictestAlignment() {
    TestUnit small = TestUnit.common("c", 8, 16);
    TestUnit large = TestUnit.common("c", 64, 4);
    TestUnit aligned = TestUnit.common("c", 16, 32);
    main.define(small);
    main.define(large);
    main.define(aligned);

    assertThat(small.discarded).containsExactly("c");
    assertThat(aligned.discarded).containsExactly("c");
    assertThat(large.merged).isEqualTo(Map.of("c", new CommonExtent(64, 32)));
    session.lookup(main, "c");
    assertThat(large.runs).isEqualTo(1);
  }

  @Test
  @Rule("B2.12")
  void aSearchedCommonDoesNotGrow() {
    main.define(TestUnit.common("c", 8, 8));
    session.lookup(main, "c");

    assertThatThrownBy(() -> main.define(TestUnit.common("c", 16, 8)))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageContaining("8 bytes aligned to 8 and cannot become 16 bytes aligned to 8");
    TestUnit smaller = TestUnit.common("c", 4, 4);
    main.define(smaller);
    assertThat(smaller.discarded).containsExactly("c");
  }

  @Test
  @Rule("B2.13")
  void aLateStrongClaimOfADefinedNameClaimsNothing() {
    Held unit = hold(main, "a");
    main.define(TestUnit.weak("b"));
    lookup(main, "a");

    assertThatThrownBy(
            () -> unit.get().defineMaterializing(TestUnit.flags(TestUnit.FUNCTION, "new", "b")))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageContaining("found only while the unit was materialized");
    assertThat(main.symbols("")).containsOnlyKeys("a", "b");
    assertThat(unit.get().symbols()).containsOnlyKeys("a");
  }

  @Test
  @Rule("B2.14")
  void aLateWeakClaimOfADefinedNameIsLeftOut() {
    Held unit = hold(main, "a");
    main.define(TestUnit.of("b"));
    lookup(main, "a");

    Set<String> claimed =
        unit.get()
            .defineMaterializing(
                TestUnit.flags(TestUnit.FUNCTION.with(SymbolFlags.WEAK), "new", "b"));

    assertThat(claimed).containsExactly("new");
    assertThat(unit.get().symbols()).containsOnlyKeys("a", "new");
    TestUnit.emit(unit.get());
    assertThat(session.lookup(main, "new").address()).isEqualTo(TestUnit.addressOf("new"));
  }

  @Test
  @Rule("B2.15")
  void theFirstDylibThatShowsTheNameCounts() {
    JITDylib second = session.createBareJITDylib("second");
    second.define(
        AbsoluteSymbols.of(SymbolMap.of("a", new ExecutorSymbolDef(2, TestUnit.FUNCTION))));
    main.define(
        AbsoluteSymbols.of(
            SymbolMap.of("a", new ExecutorSymbolDef(1, TestUnit.FUNCTION.with(SymbolFlags.WEAK)))));
    second.addGenerator((state, kind, dylib, flags, names) -> {
      throw new AssertionError("nothing is missing");
    });

    assertThat(session.lookup(SearchOrder.of(main, second), "a").address()).isEqualTo(1);
    assertThat(session.lookup(SearchOrder.of(second, main), "a").address()).isEqualTo(2);
  }

  @Test
  @Rule("B2.16")
  void aClaimAfterTheTrackerIsGoneIsDefunct() {
    ResourceTracker tracker = main.createResourceTracker();
    Held unit = hold(tracker, "a");
    lookup(main, "a");
    tracker.remove();

    assertThatThrownBy(
            () -> unit.get().defineMaterializing(TestUnit.flags(TestUnit.FUNCTION, "late")))
        .isInstanceOf(ResourceTrackerDefunctException.class);
    assertThat(main.symbols("")).isEmpty();
  }
}
