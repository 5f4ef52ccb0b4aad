package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.materialization.Generations.Version;
import uruk.materialization.ReferencePatches.SymbolAt;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.Redefinition;
import uruk.orc.SymbolMap;

/**
 * The moment of an update at which names are led from versions that are linked to others that are
 * linked too. Everything that may be refused comes before the first store.
 */
final class Switchover {
  private final Updates updates;
  private final List<Change> changes;

  /**
   * What becomes of one object.
   *
   * @param from the version that is current; null for one that is added
   * @param to the version that becomes current; null for one that is removed
   */
  record Change(Generations generations, @Nullable Version from, @Nullable Version to) {
    SymbolMap before() {
      return from == null ? SymbolMap.of() : from.symbols();
    }

    SymbolMap after() {
      return to == null ? SymbolMap.of() : to.symbols();
    }
  }

  Switchover(Updates updates, List<Change> changes) {
    this.updates = updates;
    this.changes = changes;
  }

  /** Makes the change, all of it or nothing. The update lock is held. */
  void run() {
    checkKinds();
    Map<SymbolAt, Long> moves = moves();
    Map<SymbolAt, Long> branches = branches();
    boolean _ =
        updates
            .session()
            .runSessionLocked(() -> {
              checkVanished(); // Inside the lock, where no link can end and refer to them.
              Set<LinkedObject> leaving = leaving();
              ReferencePatches patches = updates.objects().planPatches(moves, leaving);
              ReferencePatches direct = updates.objects().planPatches(branches, leaving);
              updates.session().redefine(redefinitions());
              updates.objects().moved(moves, patches);
              changes.forEach(this::redirect);
              direct.apply();
              changes.forEach(this::adopt);
              return true;
            });
    changes.forEach(this::retire);
    updates.retired(changes);
  }

  private void checkKinds() {
    Map<String, String> after = new HashMap<>();
    for (Change change : changes) {
      change.after().forEach((name, now) -> after.put(name, kind(change.to(), name, now)));
    }
    for (Change change : changes) {
      change
          .before()
          .forEach((name, old) -> {
            String before = kind(change.from(), name, old);
            String now = after.getOrDefault(name, before);
            if (!now.equals(before)) {
              throw new ReplacementRefusedException(
                  "%s: %s was a %s and would become a %s. Give the new one another name."
                      .formatted(change.generations().first(), name, before, now));
            }
          });
    }
  }

  private static String kind(@Nullable Version version, String name, ExecutorSymbolDef symbol) {
    if (symbol.flags().isCallable()) {
      return "function";
    }
    LinkResult result = version == null ? null : version.object().result();
    return result != null && result.symbols().isThreadLocal(name)
        ? "thread-local variable"
        : "variable";
  }

  private void checkVanished() {
    Set<String> remaining = new HashSet<>();
    changes.forEach(change -> remaining.addAll(change.after().names()));
    List<SymbolUse> uses = new ArrayList<>();
    for (Change change : changes) {
      Map<String, Long> vanished = new HashMap<>();
      change
          .before()
          .forEach((name, old) -> {
            if (!remaining.contains(name)) {
              vanished.put(name, old.address());
            }
          });
      uses.addAll(updates.objects().uses(vanished, leaving()));
    }
    if (!uses.isEmpty()) {
      throw new ObjectInUseException(
          "The update would take symbols away that others use",
          uses,
          "Keep these symbols, or replace or remove their users in the same update.");
    }
  }

  /** {@return the objects whose own references are of no interest: they refer to their own} */
  private Set<LinkedObject> leaving() {
    Set<LinkedObject> leaving = new HashSet<>();
    for (Change change : changes) {
      change.generations().versions().forEach(version -> leaving.add(version.object()));
      if (change.to() != null) {
        leaving.remove(change.to().object());
      }
    }
    return leaving;
  }

  private Map<SymbolAt, Long> moves() {
    Map<String, Long> after = new HashMap<>();
    changes.forEach(
        change -> change.after().forEach((name, symbol) -> after.put(name, symbol.address())));
    Map<SymbolAt, Long> moves = new HashMap<>();
    for (Change change : changes) {
      change
          .before()
          .forEach((name, old) -> {
            Long now = after.get(name);
            if (now != null && now != old.address()) {
              moves.put(new SymbolAt(name, old.address()), now);
            }
          });
    }
    return moves;
  }

  /** {@return where the code of functions goes, for branches that were bound to it directly} */
  private Map<SymbolAt, Long> branches() {
    Map<String, Long> after = new HashMap<>();
    for (Change change : changes) {
      LinkResult result = change.to() == null ? null : change.to().object().result();
      if (result != null) {
        LinkedSymbols symbols = result.symbols();
        for (int i = 0; i < symbols.size(); i++) {
          if (symbols.entry(i) != 0) {
            after.put(symbols.name(i), symbols.code(i));
          }
        }
      }
    }
    Map<SymbolAt, Long> branches = new HashMap<>();
    for (Change change : changes) {
      change
          .before()
          .forEach((name, old) -> {
            long code = updates.memory().targetIfEntry(old.address());
            Long now = after.get(name);
            if (now != null && code != old.address() && now != code) {
              branches.put(new SymbolAt(name, code), now);
            }
          });
    }
    return branches;
  }

  private List<Redefinition> redefinitions() {
    List<Redefinition> redefinitions = new ArrayList<>();
    for (Change change : changes) {
      Set<String> removed =
          change.to() == null
              ? change.generations().first().removableNames()
              : new LinkedHashSet<>(change.before().names());
      removed.removeAll(change.after().names());
      redefinitions.add(
          new Redefinition(
              change.generations().tracker(),
              change.generations().first().name(),
              change.after(),
              change.to() == null ? List.of() : change.to().needs(),
              removed));
    }
    return redefinitions;
  }

  private void redirect(Change change) {
    Version to = change.to();
    LinkResult result = to == null ? null : to.object().result();
    if (to != null && result != null) {
      result.symbols().redirectEntries(updates.memory());
      result.localFunctions().redirectEntries(updates.memory());
      updates.layer().unbound().bind(to.object(), result);
    }
  }

  /** What is added belongs to the tracker of its names from now on, and goes with it. */
  private void adopt(Change change) {
    Version to = change.to();
    if (change.from() == null && to != null) {
      updates.objects().transfer(to.object(), change.generations().tracker().key());
    }
  }

  private void retire(Change change) {
    if (change.to() == null) {
      change.generations().leaving();
    } else if (change.from() != null) {
      change.from().object().retired();
    }
    if (change.to() != null) {
      change.generations().switchTo(change.to());
      change.to().object().current(change.generations());
    }
  }
}
