package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How the ready symbols of one tracker change while their users stay: for linkers that replace what
 * they have linked. See {@link ExecutionSession#redefine}.
 *
 * @param tracker who owns the symbols
 * @param unitName who makes them, for error texts
 * @param symbols symbols with their new addresses and flags; those that do not exist yet become
 *     ready at once
 * @param groups disjoint sets of these symbols and what each set depends on from now on; symbols in
 *     no group depend on nothing
 * @param removed symbols that go; another change of the same list may define them
 */
public record Redefinition(
    ResourceTracker tracker,
    String unitName,
    SymbolMap symbols,
    List<SymbolDependenceGroup> groups,
    Set<String> removed) {

  /** Copies the collections, and checks that the groups are of these symbols and disjoint. */
  public Redefinition {
    Objects.requireNonNull(tracker);
    Objects.requireNonNull(unitName);
    for (int at = 0; at < symbols.size(); at++) {
      UnitPromise.checkNotFailed(unitName, symbols.nameAt(at), symbols.flagsAt(at));
    }
    groups = List.copyOf(groups);
    removed = ImmutableSet.copyOf(removed);
    Set<String> grouped = new HashSet<>();
    for (SymbolDependenceGroup group : groups) {
      for (String name : group.symbols()) {
        if (symbols.find(name) == null) {
          throw new IllegalArgumentException(
              "%s has dependences in the redefinition of %s and is not among its symbols"
                  .formatted(name, unitName));
        }
        if (!grouped.add(name)) {
          throw new IllegalArgumentException(
              "%s of %s is in two dependence groups".formatted(name, unitName));
        }
      }
    }
  }

  /** The names that a list of changes takes away, and those that it brings. */
  private record Names(Set<SymbolInstance> leaving, Set<SymbolInstance> arriving) {
    static Names of(List<Redefinition> changes) {
      Names names = new Names(new HashSet<>(), new HashSet<>());
      for (Redefinition change : changes) {
        change.removed.forEach(name -> add(name, change, names.leaving));
        change.symbols.names().forEach(name -> add(name, change, names.arriving));
      }
      return names;
    }

    private static void add(String name, Redefinition change, Set<SymbolInstance> names) {
      if (!names.add(new SymbolInstance(change.dylib(), name))) {
        throw new IllegalArgumentException(
            "%s of \"%s\" is changed twice".formatted(name, change.dylib()));
      }
    }
  }

  /** Checks all changes, then makes all. Called under the session lock. */
  static void apply(ExecutionSession session, List<Redefinition> changes, Outcome outcome) {
    Names names = Names.of(changes);
    changes.forEach(change -> change.check(names));
    session.lock().tablesChange();
    changes.forEach(change -> change.takeAway(names, outcome));
    changes.forEach(Redefinition::define);
    changes.forEach(Redefinition::connect);
  }

  private JITDylib dylib() {
    return tracker.dylib();
  }

  // Checks ---------------------------------------------------------------------------------------

  private void check(Names names) {
    dylib().checkOpen();
    tracker.state().checkUsable();
    List<SymbolEntry> _ = Removal.checkRemovable(dylib(), removed);
    for (String name : symbols.names()) {
      SymbolEntry existing = dylib().table().find(name);
      if (existing != null && !names.leaving.contains(new SymbolInstance(dylib(), name))) {
        checkOwn(existing);
      }
    }
    checkDependences(names);
  }

  private void checkOwn(SymbolEntry existing) {
    if (existing.owner == null || existing.owner.tracker != tracker.state()) {
      throw DefinitionRules.duplicate(
          unitName, existing, "It belongs to another tracker; remove it there first.");
    }
    if (!isReady(existing)) {
      throw new SymbolsCouldNotBeRemovedException(dylib(), Set.of(existing.name()));
    }
  }

  private void checkDependences(Names names) {
    Set<String> unsatisfied = new LinkedHashSet<>();
    Map<JITDylib, Set<String>> bad = new LinkedHashMap<>();
    for (SymbolDependenceGroup group : groups) {
      group
          .dependencies()
          .forEach((where, needed) -> {
            for (String name : needed) {
              dylib().session().checkOwn(where);
              if (!isSatisfied(where, name, names)) {
                unsatisfied.addAll(group.symbols());
                bad.computeIfAbsent(where, key -> new LinkedHashSet<>()).add(name);
              }
            }
          });
    }
    if (!unsatisfied.isEmpty()) {
      throw new UnsatisfiedSymbolDependenciesException(dylib(), unsatisfied, bad, null, "");
    }
  }

  private static boolean isSatisfied(JITDylib where, String name, Names names) {
    SymbolInstance needed = new SymbolInstance(where, name);
    SymbolEntry existing = where.table().find(name);
    return names.arriving.contains(needed)
        || (existing != null && isReady(existing) && !names.leaving.contains(needed));
  }

  private static boolean isReady(SymbolEntry entry) {
    return !entry.hasError() && entry.state() == SymbolState.READY;
  }

  // Changes --------------------------------------------------------------------------------------

  /** Removes symbols, and takes those that another change defines from their owners. */
  private void takeAway(Names names, Outcome outcome) {
    Set<String> gone = new LinkedHashSet<>();
    for (String name : removed) {
      SymbolEntry entry = dylib().table().find(name);
      boolean moves = names.arriving.contains(new SymbolInstance(dylib(), name));
      if (moves && entry != null && entry.owner != null && isReady(entry)) {
        Definition owner = entry.owner;
        entry.owner = null;
        Removal.symbolLeft(owner, name);
      } else {
        gone.add(name);
      }
    }
    Removal.removeNames(dylib(), gone, outcome);
  }

  private void define() {
    List<SymbolEntry> added = new ArrayList<>();
    symbols.forEach((name, definition) -> {
      SymbolEntry entry = dylib().table().find(name);
      if (entry == null) {
        entry = new SymbolEntry(name, definition.flags(), null);
        dylib().table().add(entry);
        dylib().session().events().defined(dylib(), name);
      }
      if (entry.owner == null) {
        added.add(entry);
      }
      if (entry.node != null) {
        entry.node.symbolGone(entry);
      }
      entry.redefine(definition.address(), definition.flags().without(Emission.MAY_DIFFER));
    });
    if (!added.isEmpty()) {
      Definition owner = new Definition(dylib(), tracker.state(), unitName);
      owner.append(added);
      tracker.state().add(owner);
      added.forEach(entry -> dylib().session().events().ready(dylib(), entry.name()));
    }
  }

  /** Notes what the symbols depend on, once all of that exists. */
  private void connect() {
    for (SymbolDependenceGroup group : groups) {
      if (group.symbols().isEmpty()) {
        continue;
      }
      DependenceNode node =
          new DependenceNode(group.symbols().stream().map(name -> entry(dylib(), name)).toList());
      group
          .dependencies()
          .forEach((where, needed) -> {
            for (String name : needed) {
              if (where != dylib() || !group.symbols().contains(name)) {
                node.dependOn(entry(where, name));
              }
            }
          });
    }
  }

  private static SymbolEntry entry(JITDylib dylib, String name) {
    SymbolEntry entry = dylib.table().find(name);
    if (entry == null) {
      throw new AssertionError(name + " was checked and is not there");
    }
    return entry;
  }
}
