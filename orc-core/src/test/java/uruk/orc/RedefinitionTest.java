package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedefinitionTest {
  private static final SymbolFlags EXPORTED = SymbolFlags.EXPORTED;

  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final JITDylib main = session.createJITDylib("main");

  private static SymbolMap symbol(String name, long address) {
    return SymbolMap.of(name, new ExecutorSymbolDef(address, EXPORTED));
  }

  private ResourceTracker defined(String name, long address) {
    ResourceTracker tracker = main.createResourceTracker();
    main.define(AbsoluteSymbols.of(symbol(name, address)), tracker);
    session.lookup(main, name);
    return tracker;
  }

  @Test
  void readySymbolsGetOtherAddressesAndNewOnesAreReadyAtOnce() {
    ResourceTracker tracker = defined("a", 1);
    SymbolMap.Builder symbols = SymbolMap.builder();
    symbols.put("a", 2, EXPORTED).put("b", 3, EXPORTED);

    session.redefine(
        List.of(new Redefinition(tracker, "unit", symbols.build(), List.of(), Set.of())));

    assertThat(session.lookup(main, "a").address()).isEqualTo(2);
    assertThat(session.lookup(main, "b").address()).isEqualTo(3);
    assertThat(main.trackerOf("b")).isSameAs(tracker);
    tracker.remove();
    assertThat(main.trackerOf("b")).isNull();
  }

  @Test
  void whatLookupsAnswerIsMadeOnceForEachDefinition() {
    ResourceTracker tracker = defined("a", 1);
    ExecutorSymbolDef before = session.lookup(main, "a");
    assertThat(session.lookup(main, "a")).isSameAs(before);

    session.redefine(
        List.of(new Redefinition(tracker, "unit", symbol("a", 2), List.of(), Set.of())));

    assertThat(session.lookup(main, "a")).isEqualTo(new ExecutorSymbolDef(2, EXPORTED));
    assertThat(session.lookup(main, "a")).isSameAs(session.lookup(main, "a"));
    tracker.remove();
    assertThatThrownBy(() -> session.lookup(main, "a"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void aNameMovesFromOneTrackerToAnother() {
    ResourceTracker from = defined("a", 1);
    ResourceTracker to = defined("b", 2);

    session.redefine(
        List.of(
            new Redefinition(to, "to", symbol("a", 5), List.of(), Set.of()),
            new Redefinition(from, "from", SymbolMap.of(), List.of(), Set.of("a"))));

    assertThat(session.lookup(main, "a").address()).isEqualTo(5);
    assertThat(main.trackerOf("a")).isSameAs(to);
  }

  @Test
  void nothingChangesIfOneNameBelongsToAnotherTracker() {
    ResourceTracker first = defined("a", 1);
    ResourceTracker second = defined("b", 2);
    List<Redefinition> changes =
        List.of(
            new Redefinition(first, "first", symbol("a", 7), List.of(), Set.of()),
            new Redefinition(first, "first", symbol("b", 8), List.of(), Set.of()));

    assertThatThrownBy(() -> session.redefine(changes))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageContaining("It belongs to another tracker");

    assertThat(session.lookup(main, "a").address()).isEqualTo(1);
    assertThat(session.lookup(main, "b").address()).isEqualTo(2);
    assertThat(main.trackerOf("b")).isSameAs(second);
  }

  @Test
  void nothingChangesIfANameToBeRemovedIsMissing() {
    ResourceTracker tracker = defined("a", 1);
    List<Redefinition> changes =
        List.of(new Redefinition(tracker, "unit", symbol("a", 7), List.of(), Set.of("absent")));

    assertThatThrownBy(() -> session.redefine(changes))
        .isInstanceOf(SymbolsNotFoundException.class);

    assertThat(session.lookup(main, "a").address()).isEqualTo(1);
  }

  private ResourceTracker linked(String name, String needed) {
    ResourceTracker tracker = main.createResourceTracker();
    main.define(
        TestUnit.of(responsibility -> SessionFixture.emit(responsibility, main, needed), name),
        tracker);
    session.lookup(main, name);
    return tracker;
  }

  private static SymbolInstance in(JITDylib dylib, String name) {
    return new SymbolInstance(dylib, name);
  }

  @Test
  void aRedefinedSymbolDependsOnWhatItsNewVersionNeeds() {
    defined("old", 1);
    defined("new", 2);
    ResourceTracker user = linked("user", "old");

    session.redefine(
        List.of(
            new Redefinition(
                user,
                "user",
                symbol("user", 9),
                List.of(SessionFixture.group("user", main, "new")),
                Set.of())));

    assertThat(session.usersOf(main, "old").symbols()).isEmpty();
    assertThat(session.usersOf(main, "new").symbols()).containsExactly(in(main, "user"));
    assertThat(session.dependenciesOf(main, "user").symbols()).containsExactly(in(main, "new"));
    main.trackerOf("old").remove(RemovalPolicy.REFUSE);
    assertThatThrownBy(() -> main.trackerOf("new").remove(RemovalPolicy.REFUSE))
        .isInstanceOf(SymbolsInUseException.class)
        .hasMessageContaining("user");
  }

  @Test
  void aSymbolInNoGroupDependsOnNothingAnyMore() {
    defined("needed", 1);
    ResourceTracker user = linked("user", "needed");

    session.redefine(
        List.of(new Redefinition(user, "user", symbol("user", 9), List.of(), Set.of())));

    assertThat(session.usersOf(main, "needed").symbols()).isEmpty();
    assertThat(session.dependenceGroups(main, List.of("user"))).isEmpty();
  }

  @Test
  void theUsersOfASymbolThatMovesStayItsUsers() {
    ResourceTracker from = defined("a", 1);
    ResourceTracker to = defined("b", 2);
    linked("user", "a");

    session.redefine(
        List.of(
            new Redefinition(from, "from", SymbolMap.of(), List.of(), Set.of("a")),
            new Redefinition(to, "to", symbol("a", 5), List.of(), Set.of())));

    assertThat(session.usersOf(main, "a").symbols()).containsExactly(in(main, "user"));
    from.remove(RemovalPolicy.REFUSE);
    assertThat(session.lookup(main, "a").address()).isEqualTo(5);
    to.remove(RemovalPolicy.CASCADE);
    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  void symbolsThatArriveTogetherMayNeedEachOther() {
    ResourceTracker tracker = defined("a", 1);
    SymbolMap both = SymbolMap.builder().put("a", 3, EXPORTED).put("b", 4, EXPORTED).build();

    session.redefine(
        List.of(
            new Redefinition(
                tracker,
                "unit",
                both,
                List.of(SessionFixture.group("a", main, "b"), SessionFixture.group("b", main, "a")),
                Set.of())));

    assertThat(session.dependenceGroups(main, List.of("a", "b")))
        .containsExactly(
            SessionFixture.group("a", main, "b"), SessionFixture.group("b", main, "a"));
  }

  @Test
  void nothingChangesIfSomethingNeededIsNotReady() {
    ResourceTracker tracker = defined("a", 1);
    main.define(TestUnit.of("lazy"));
    List<Redefinition> changes =
        List.of(
            new Redefinition(
                tracker,
                "unit",
                symbol("a", 7),
                List.of(SessionFixture.group("a", main, "lazy", "absent")),
                Set.of()));

    assertThatThrownBy(() -> session.redefine(changes))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class)
        .hasMessageContaining("lazy")
        .hasMessageContaining("absent");

    assertThat(session.lookup(main, "a").address()).isEqualTo(1);
  }

  @Test
  void aNameIsChangedOnce() {
    ResourceTracker tracker = defined("a", 1);
    Redefinition change = new Redefinition(tracker, "unit", symbol("a", 7), List.of(), Set.of());

    assertThatThrownBy(() -> session.redefine(List.of(change, change)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a of \"main\" is changed twice");
    assertThatThrownBy(() ->
            new Redefinition(
                tracker,
                "unit",
                symbol("a", 7),
                List.of(SessionFixture.group("b", main, "a")),
                Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("b has dependences");
  }

  @Test
  void aRemovedTrackerAndAClosedDylibAreNotRedefined() {
    ResourceTracker tracker = defined("a", 1);
    Redefinition change = new Redefinition(tracker, "unit", symbol("a", 7), List.of(), Set.of());

    tracker.remove();
    assertThatThrownBy(() -> session.redefine(List.of(change)))
        .isInstanceOf(ResourceTrackerDefunctException.class);
    session.removeJITDylibs(List.of(main));
    assertThatThrownBy(() -> session.redefine(List.of(change)))
        .isInstanceOf(JITDylibDefunctException.class);
  }

  @Test
  void aDylibAsideBelongsToItsOwner() {
    ResourceTracker needed = defined("needed", 1);
    JITDylib aside = main.createAside("update 1");
    aside.define(
        TestUnit.of(responsibility -> SessionFixture.emit(responsibility, main, "needed"), "a"));

    assertThat(session.lookup(aside, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    assertThat(session.lookup(aside.linkOrder(), "needed").address()).isEqualTo(1);
    assertThat(aside.name()).isEqualTo("main (update 1)");
    assertThat(session.jitDylibs()).containsExactly(main);
    assertThat(session.findJITDylib("main (update 1)")).isEmpty();
    assertThat(session.dump()).doesNotContain("update 1");
    assertThat(session.usersOf(main, "needed").symbols()).isEmpty();
    needed.remove(RemovalPolicy.REFUSE);
    assertThat(main.asides()).containsExactly(aside);

    session.removeJITDylibs(List.of(main));

    assertThat(aside.state()).isEqualTo(JITDylib.State.CLOSED);
    assertThat(main.asides()).isEmpty();
    assertThatThrownBy(() -> main.createAside("late")).isInstanceOf(JITDylibDefunctException.class);
  }

  @Test
  void aDylibAsideOfAnotherAsideGoesWithTheirOwner() {
    JITDylib aside = main.createAside("update 1");
    JITDylib nested = aside.createAside("update 2");
    nested.define(TestUnit.of("new"));

    session.removeJITDylibs(List.of(main));

    assertThat(nested.state()).isEqualTo(JITDylib.State.CLOSED);
    assertThat(nested.symbols("")).isEmpty();
  }

  @Test
  @Rule("B1.6")
  void aRedefinedSymbolIsNotWeak() {
    ResourceTracker tracker = main.createResourceTracker();

    session.redefine(
        List.of(
            new Redefinition(
                tracker,
                "change",
                SymbolMap.of(
                    "a", new ExecutorSymbolDef(1, TestUnit.FUNCTION.with(SymbolFlags.WEAK))),
                List.of(),
                Set.of())));

    assertThat(session.lookup(main, "a").flags()).isEqualTo(TestUnit.FUNCTION);
  }
}
