package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the ready symbols of one tracker change while their users stay: for linkers that replace what
 * they have linked. See {@link ExecutionSession#redefine}.
 *
 * @param tracker who owns the symbols
 * @param unitName who makes them, for error texts
 * @param symbols symbols with their new addresses and flags; those that do not exist yet become
 *     ready at once
 * @param removed symbols that go
 */
public record Redefinition(
    ResourceTracker tracker, String unitName, SymbolMap symbols, Set<String> removed) {

  /** Copies the set. */
  public Redefinition {
    removed = ImmutableSet.copyOf(removed);
  }

  /** Checks all changes, then makes all. Called under the session lock. */
  static void apply(ExecutionSession session, List<Redefinition> changes) {
    Set<SymbolInstance> leaving = new HashSet<>();
    for (Redefinition change : changes) {
      change.removed.forEach(name -> leaving.add(new SymbolInstance(change.dylib(), name)));
    }
    changes.forEach(change -> change.check(leaving));
    session.lock().tablesChange();
    changes.forEach(change -> Removal.removeNames(change.dylib(), change.removed));
    changes.forEach(Redefinition::define);
  }

  private JITDylib dylib() {
    return tracker.dylib();
  }

  private void check(Set<SymbolInstance> leaving) {
    dylib().checkOpen();
    tracker.state().checkUsable();
    Removal.checkRemovable(dylib(), removed);
    for (String name : symbols.names()) {
      SymbolEntry existing = dylib().table().find(name);
      if (existing != null && !leaving.contains(new SymbolInstance(dylib(), name))) {
        checkOwn(existing);
      }
    }
  }

  private void checkOwn(SymbolEntry existing) {
    if (existing.owner == null || existing.owner.tracker != tracker.state()) {
      throw DefinitionRules.duplicate(
          unitName, existing, "It belongs to another tracker; remove it there first.");
    }
    if (existing.hasError() || existing.state() != SymbolState.READY) {
      throw new SymbolsCouldNotBeRemovedException(dylib(), Set.of(existing.name()));
    }
  }

  private void define() {
    List<SymbolEntry> added = new ArrayList<>();
    symbols.forEach((name, definition) -> {
      SymbolEntry entry = dylib().table().find(name);
      if (entry == null) {
        entry = new SymbolEntry(name, definition.flags(), null);
        dylib().table().add(entry);
        dylib().session().events().defined(dylib(), name);
        added.add(entry);
      }
      entry.redefine(definition.address(), definition.flags());
    });
    if (!added.isEmpty()) {
      Definition owner = new Definition(dylib(), tracker.state(), unitName, new SymbolEntry[0]);
      owner.append(added);
      tracker.state().add(owner);
      added.forEach(entry -> dylib().session().events().ready(dylib(), entry.name()));
    }
  }
}
