package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.materialization.Generations.Version;
import uruk.materialization.Succession.KeptData;
import uruk.materialization.Switchover.Change;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * An update: what it consists of is collected, then linked in a dylib aside, then {@linkplain
 * Switchover switched to}. In the dylib aside the new versions see each other first, then what the
 * dylib itself sees.
 *
 * <p>Runs under the update lock.
 */
final class UpdateTransaction implements Update {
  private final Updates updates;
  private final List<Step> steps = new ArrayList<>();
  private @Nullable JITDylib dylib;

  /** One line of the update; either part may be missing. */
  private record Step(@Nullable LinkedObject object, @Nullable ObjectFile file, DataPolicy data) {}

  /** A step whose new version is on its way. */
  private record Planned(
      @Nullable Generations generations,
      @Nullable LinkedObject version,
      Set<String> defined,
      Map<String, KeptData> kept) {}

  UpdateTransaction(Updates updates) {
    this.updates = updates;
  }

  @Override
  public void replace(LinkedObject object, ObjectFile file, DataPolicy data) {
    addStep(new Step(object.current(), file, data));
  }

  @Override
  public void remove(LinkedObject object) {
    addStep(new Step(object.current(), null, DataPolicy.REINITIALISE));
  }

  @Override
  public void add(ObjectFile file) {
    addStep(new Step(null, file, DataPolicy.REINITIALISE));
  }

  private void addStep(Step step) {
    LinkedObject object = step.object();
    if (object != null) {
      if (dylib != null && dylib != object.dylib()) {
        throw new IllegalArgumentException(
            "%s is in \"%s\", the update in \"%s\"; make an update for each dylib"
                .formatted(object, object.dylib(), dylib));
      }
      if (steps.stream().anyMatch(other -> other.object() == object)) {
        throw new IllegalArgumentException("the update names " + object + " twice");
      }
      dylib = object.dylib();
    }
    steps.add(step);
  }

  /** Makes the update. */
  List<Change> run() {
    JITDylib target = dylib;
    if (target == null) {
      throw new IllegalArgumentException(
          "the update replaces and removes nothing; add objects with ObjectLinkingLayer.add");
    }
    Map<Step, Generations> lines = new HashMap<>();
    for (Step step : steps) {
      if (step.object() != null) {
        lines.put(step, updates.generationsOf(step.object()));
      }
    }
    JITDylib aside = updates.createAside(target);
    try {
      List<Planned> planned = new ArrayList<>();
      for (Step step : steps) {
        planned.add(define(step, target, aside, lines));
      }
      List<Change> changes = link(target, aside, planned);
      new Switchover(updates, changes).run();
      return changes;
    } catch (RuntimeException failure) {
      updates.session().removeJITDylibs(List.of(aside));
      throw failure;
    }
  }

  private Planned define(Step step, JITDylib target, JITDylib aside, Map<Step, Generations> lines) {
    Generations generations = lines.get(step);
    ObjectFile file = step.file();
    if (file == null) {
      return new Planned(generations, null, Set.of(), Map.of());
    }
    Set<String> replaceable = new HashSet<>();
    Map<String, Long> entries = new HashMap<>();
    lines.values().forEach(each -> collect(each, replaceable, entries));
    Map<String, KeptData> kept = new HashMap<>();
    Set<String> defined = new HashSet<>();
    Set<String> elsewhere = new HashSet<>();
    for (ObjectInterface.Definition definition : file.symbols().definitions()) {
      String name = definition.name();
      KeptData data = step.data() == DataPolicy.KEEP ? keptData(generations, name) : null;
      boolean weak = definition.weak() || definition.common();
      boolean others = !replaceable.contains(name) && target.symbolState(name) != null;
      if (data != null) {
        kept.put(name, data);
      } else if (others && !weak) {
        throw new ReplacementRefusedException(
            ("%s defines %s, which another object of \"%s\" has already. Replace or remove that"
                    + " object in the same update, or give the new one another name.")
                .formatted(file.name(), name, target.name()));
      } else if (others) {
        elsewhere.add(name);
      } else {
        defined.add(name);
      }
    }
    elsewhere.addAll(kept.keySet());
    LinkedObject version =
        new LinkedObject(
            updates.layer(),
            file.name(),
            target,
            generations == null ? 1 : generations.nextGeneration(),
            new Succession(entries, kept),
            true);
    ResourceTracker tracker = aside.createResourceTracker();
    ObjectMaterializationUnit unit =
        ObjectMaterializationUnit.of(updates.layer(), file, version, elsewhere);
    version.waitsIn(unit);
    aside.define(unit, tracker);
    return new Planned(generations, version, defined, kept);
  }

  private static void collect(
      Generations generations, Set<String> names, Map<String, Long> entries) {
    generations
        .current()
        .symbols()
        .forEach((name, symbol) -> {
          names.add(name);
          if (symbol.flags().isCallable()) {
            entries.put(name, symbol.address());
          }
        });
  }

  /** {@return the storage of a variable that the current version has, or null} */
  private @Nullable KeptData keptData(@Nullable Generations generations, String name) {
    if (generations == null) {
      return null;
    }
    var symbol = generations.current().symbols().find(name);
    if (symbol == null || symbol.flags().isCallable()) {
      return null;
    }
    return new KeptData(symbol.address(), updates.objects().sizeAt(name, symbol.address()));
  }

  private List<Change> link(JITDylib target, JITDylib aside, List<Planned> planned) {
    Set<String> all = new HashSet<>();
    planned.forEach(each -> all.addAll(each.defined()));
    SymbolMap linked = all.isEmpty() ? SymbolMap.of() : lookUp(aside, all);
    List<Change> changes = new ArrayList<>();
    for (Planned each : planned) {
      changes.add(change(target, aside, each, linked));
    }
    return changes;
  }

  private SymbolMap lookUp(JITDylib aside, Set<String> names) {
    try {
      return updates
          .session()
          .lookup(
              SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, aside),
              SymbolLookupSet.of(names));
    } catch (FailedToMaterializeException failure) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof ReplacementRefusedException refused) {
          throw refused;
        }
      }
      throw failure;
    }
  }

  private Change change(JITDylib target, JITDylib aside, Planned planned, SymbolMap linked) {
    Generations generations = planned.generations();
    LinkedObject object = planned.version();
    if (object == null) {
      if (generations == null) {
        throw new AssertionError("a step without objects");
      }
      return new Change(generations, generations.current(), null);
    }
    SymbolMap.Builder symbols = SymbolMap.builder();
    LinkResult result = object.result();
    for (String name : result == null ? Set.<String>of() : Set.copyOf(result.symbols().names())) {
      symbols.put(name, linked.get(name));
    }
    if (generations != null) {
      SymbolMap before = generations.current().symbols();
      planned.kept().keySet().forEach(name -> symbols.put(name, before.get(name)));
    }
    Version version = new Version(object, symbols.build(), aside);
    return generations == null
        ? new Change(new Generations(version, target.defaultResourceTracker()), null, version)
        : new Change(generations, generations.current(), version);
  }
}
