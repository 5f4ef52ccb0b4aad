package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.materialization.ReferencePatches.SymbolAt;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.Redefinition;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolMap;

/** Takes objects out of their dylibs, as the policy has it. Runs under the update lock. */
final class Unloading {
  private final Updates updates;

  Unloading(Updates updates) {
    this.updates = updates;
  }

  /** {@return the objects whose names are gone now, first versions, to be freed} */
  List<LinkedObject> remove(LinkedObject object, UnloadPolicy policy) {
    // Inside the session lock, where no link can end and be one more user.
    return updates.session().runSessionLocked(() -> removeLocked(object, policy));
  }

  private List<LinkedObject> removeLocked(LinkedObject object, UnloadPolicy policy) {
    LinkedObject first = first(object);
    Set<LinkedObject> going = new LinkedHashSet<>(List.of(first));
    List<SymbolUse> uses = usesOf(first);
    switch (policy) {
      case REFUSE -> refuse(first, uses, "Remove the users first, or choose another policy.");
      case CASCADE -> addUsers(going);
      case UNBIND -> checkUnbindable(first, uses);
      case UNCONDITIONAL -> {}
    }
    List<Redefinition> redefinitions = new ArrayList<>();
    going.forEach(each -> redefinitions.add(removalOf(each)));
    if (policy == UnloadPolicy.UNBIND && !uses.isEmpty()) {
      unbind(first.dylib(), redefinitions, uses);
    } else {
      updates.session().redefine(redefinitions);
    }
    going.forEach(Unloading::leaving);
    return List.copyOf(going);
  }

  /** Takes names away, and leaves reports in the place of the functions that others use. */
  private void unbind(JITDylib dylib, List<Redefinition> names, List<SymbolUse> uses) {
    RunningCode reports = updates.running();
    if (reports == null) {
      throw new IllegalStateException(
          "nobody can report calls of missing functions; tell the layer who does with"
              + " superviseWith");
    }
    Set<String> used = new HashSet<>();
    uses.forEach(use -> used.add(use.symbol()));
    Map<SymbolAt, Long> branches = new HashMap<>();
    Map<String, Long> entries = new HashMap<>();
    for (String name : used) {
      long entry = addressOf(dylib, name);
      entries.put(name, entry);
      branches.put(new SymbolAt(name, updates.memory().entryTarget(entry)), entry);
    }
    ReferencePatches direct = updates.objects().planPatches(branches, Set.of());
    Map<String, Long> texts = new HashMap<>();
    try {
      used.forEach(name -> texts.put(name, reports.createUnboundReport(name)));
      updates.session().redefine(names);
    } catch (RuntimeException refused) {
      texts.values().forEach(reports::releaseUnboundReport);
      throw refused;
    }
    UnboundFunctions unbound = updates.layer().unbound();
    entries.forEach(
        (name, entry) -> unbound.unbind(dylib, name, entry, texts.getOrDefault(name, 0L), reports));
    direct.apply();
  }

  private static long addressOf(JITDylib dylib, String name) {
    ExecutorSymbolDef definition = dylib.definition(name);
    if (definition == null) {
      throw new IllegalStateException(name + " has been removed meanwhile");
    }
    return definition.address();
  }

  private static void leaving(LinkedObject first) {
    Generations line = first.generations();
    if (line == null) {
      first.leaving();
    } else {
      line.leaving();
    }
  }

  private static LinkedObject first(LinkedObject object) {
    Generations line = object.generations();
    return line == null ? object : line.first();
  }

  private static void refuse(LinkedObject object, List<SymbolUse> uses, String remedy) {
    if (!uses.isEmpty()) {
      throw new ObjectInUseException(object + " cannot be removed", uses, remedy);
    }
  }

  private void checkUnbindable(LinkedObject object, List<SymbolUse> uses) {
    LinkResult result = object.current().result();
    List<SymbolUse> data =
        uses.stream()
            .filter(use -> result == null || !result.symbols().hasEntry(use.symbol()))
            .toList();
    refuse(
        object,
        data,
        "Variables cannot be unbound: nothing would notice that they are read. Remove their users"
            + " first.");
  }

  private void addUsers(Set<LinkedObject> going) {
    List<LinkedObject> unvisited = new ArrayList<>(going);
    while (!unvisited.isEmpty()) {
      for (SymbolUse use : usesOf(unvisited.removeLast())) {
        LinkedObject user = first(use.user());
        if (going.add(user)) {
          unvisited.add(user);
        }
      }
    }
  }

  private List<SymbolUse> usesOf(LinkedObject object) {
    Map<String, Long> symbols = new HashMap<>();
    LinkResult result = object.current().result();
    Generations line = object.generations();
    if (line != null) {
      line.current().symbols().forEach((name, symbol) -> symbols.put(name, symbol.address()));
    } else if (result != null) {
      for (int i = 0; i < result.symbols().size(); i++) {
        symbols.put(result.symbols().name(i), result.symbols().canonicalAddress(i));
      }
    }
    return updates.objects().uses(symbols, versions(object));
  }

  private static Set<LinkedObject> versions(LinkedObject object) {
    Set<LinkedObject> versions = new LinkedHashSet<>(List.of(object));
    Generations line = object.generations();
    if (line != null) {
      line.versions().forEach(version -> versions.add(version.object()));
    }
    return versions;
  }

  private static Redefinition removalOf(LinkedObject object) {
    Set<String> names = object.removableNames();
    ResourceTracker tracker =
        names.isEmpty() ? null : object.dylib().trackerOf(names.iterator().next());
    if (tracker == null) {
      throw new IllegalStateException(
          "%s is %s and has no names to remove; remove its tracker"
              .formatted(object, object.state()));
    }
    return new Redefinition(tracker, object.name(), SymbolMap.of(), List.of(), names);
  }
}
