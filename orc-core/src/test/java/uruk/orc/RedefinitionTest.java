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

    session.redefine(List.of(new Redefinition(tracker, "unit", symbols.build(), Set.of())));

    assertThat(session.lookup(main, "a").address()).isEqualTo(2);
    assertThat(session.lookup(main, "b").address()).isEqualTo(3);
    assertThat(main.trackerOf("b")).isSameAs(tracker);
    tracker.remove();
    assertThat(main.trackerOf("b")).isNull();
  }

  @Test
  void aNameMovesFromOneTrackerToAnother() {
    ResourceTracker from = defined("a", 1);
    ResourceTracker to = defined("b", 2);

    session.redefine(
        List.of(
            new Redefinition(to, "to", symbol("a", 5), Set.of()),
            new Redefinition(from, "from", SymbolMap.of(), Set.of("a"))));

    assertThat(session.lookup(main, "a").address()).isEqualTo(5);
    assertThat(main.trackerOf("a")).isSameAs(to);
  }

  @Test
  void nothingChangesIfOneNameBelongsToAnotherTracker() {
    ResourceTracker first = defined("a", 1);
    ResourceTracker second = defined("b", 2);
    List<Redefinition> changes =
        List.of(
            new Redefinition(first, "first", symbol("a", 7), Set.of()),
            new Redefinition(first, "first", symbol("b", 8), Set.of()));

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
        List.of(new Redefinition(tracker, "unit", symbol("a", 7), Set.of("absent")));

    assertThatThrownBy(() -> session.redefine(changes))
        .isInstanceOf(SymbolsNotFoundException.class);

    assertThat(session.lookup(main, "a").address()).isEqualTo(1);
  }
}
