package uruk.materialization;

import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.materialization.Generations.Aside;
import uruk.materialization.Generations.Version;
import uruk.materialization.Succession.KeptData;
import uruk.materialization.Switchover.Change;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolDependenceGroup;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * An update: what it consists of is collected, then linked in a dylib aside. In the dylib aside the
 * new versions see each other first, then what the dylib itself sees. The {@link Switchover}
 * follows.
 *
 * <p>Runs under the update lock.
 */
final class UpdateTransaction implements Update {
  private final Updates updates;
  private final List<Step> steps = new ArrayList<>();
  private @Nullable JITDylib dylib;
  private @Nullable JITDylib aside;

  /**
   * One line of the update.
   *
   * @param object what is replaced or removed; null if something is added
   * @param file what is linked; null if something is removed
   * @param restored the earlier version that is linked again; null for a new one
   * @param ready the earlier version that needs no link; null for others
   */
  private record Step(
      @Nullable LinkedObject object,
      @Nullable ObjectFile file,
      DataPlan data,
      @Nullable LinkedObject restored,
      @Nullable Version ready) {

    Step(@Nullable LinkedObject object, @Nullable ObjectFile file, DataPlan data) {
      this(object, file, data, null, null);
    }
  }

  /** A step whose new version is on its way. */
  private record Planned(
      @Nullable Generations generations,
      @Nullable LinkedObject version,
      Set<String> defined,
      Map<String, KeptData> kept,
      @Nullable Version ready) {}

  private static final DataPlan ANEW = DataPlan.of(DataPolicy.REINITIALISE);

  UpdateTransaction(Updates updates) {
    this.updates = updates;
  }

  @Override
  public void replace(LinkedObject object, ObjectFile file, DataPlan data) {
    addStep(new Step(object.current(), file, data));
  }

  @Override
  public void remove(LinkedObject object) {
    addStep(new Step(object.current(), null, ANEW));
  }

  @Override
  public void add(ObjectFile file) {
    addStep(new Step(null, file, ANEW));
  }

  /** Leads back to an earlier version, whose code is there. */
  void leadBack(LinkedObject object, Version earlier) {
    addStep(new Step(object, null, ANEW, null, earlier));
  }

  /** Links an earlier version again; it has its variables if they are still there. */
  void restore(@Nullable LinkedObject object, LinkedObject earlier, ObjectFile file) {
    dylib = dylib == null ? earlier.dylib() : dylib;
    addStep(new Step(object, file, ANEW, earlier, null));
  }

  private void addStep(Step step) {
    LinkedObject object = step.object();
    if (object != null) {
      if (object.program()) {
        throw new IllegalArgumentException(
            object
                + " is a whole program, whose functions know each other's code; add its objects one by one to replace them");
      }
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

  /** Links all new versions. If that fails, {@link #abandon} is to be called. */
  List<Change> link() {
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
    JITDylib linkingIn = updates.createAside(target);
    Aside linkedIn = new Aside(linkingIn);
    aside = linkingIn;
    Set<String> keptNames = keptNames(lines);
    List<Planned> planned = new ArrayList<>();
    for (Step step : steps) {
      planned.add(plan(step, target, linkingIn, lines, keptNames));
    }
    List<Change> changes = link(target, linkedIn, planned);
    if (planned.stream().allMatch(each -> each.version() == null)) {
      abandon();
    }
    return changes;
  }

  /** Frees what was linked. */
  void abandon() {
    JITDylib gone = aside;
    if (gone != null) {
      aside = null;
      updates.session().removeJITDylibs(List.of(gone));
    }
  }

  /** {@return the variables that one of the new versions keeps; no other one can define them} */
  private Set<String> keptNames(Map<Step, Generations> lines) {
    Set<String> kept = new HashSet<>();
    for (Step step : steps) {
      if (step.file() != null) {
        for (ObjectInterface.Definition definition : step.file().symbols().definitions()) {
          if (keptData(step.data(), lines.get(step), definition.name()) != null) {
            kept.add(definition.name());
          }
        }
      }
    }
    return kept;
  }

  private Planned plan(
      Step step,
      JITDylib target,
      JITDylib linkingIn,
      Map<Step, Generations> lines,
      Set<String> keptNames) {
    Generations generations = lines.get(step);
    ObjectFile file = step.file();
    if (file == null) {
      return new Planned(generations, null, Set.of(), Map.of(), step.ready());
    }
    return new Definer(step, file, generations, target, linkingIn, lines, keptNames).define();
  }

  /** Works out what one new version defines and takes over. */
  private final class Definer {
    private final Step step;
    private final ObjectFile file;
    private final @Nullable Generations generations;
    private final JITDylib target;
    private final JITDylib linkingIn;
    private final Set<String> keptNames;
    private final Set<String> replaceable = new HashSet<>();
    private final Map<String, Long> entries = new HashMap<>();
    private final Map<String, KeptData> kept = new HashMap<>();
    private final Set<String> defined = new HashSet<>();
    private final Set<String> elsewhere = new HashSet<>();

    Definer(
        Step step,
        ObjectFile file,
        @Nullable Generations generations,
        JITDylib target,
        JITDylib linkingIn,
        Map<Step, Generations> lines,
        Set<String> keptNames) {
      this.step = step;
      this.file = file;
      this.generations = generations;
      this.target = target;
      this.linkingIn = linkingIn;
      this.keptNames = keptNames;
      lines.values().forEach(this::collect);
    }

    private void collect(Generations line) {
      line.current()
          .symbols()
          .forEach((name, symbol) -> {
            replaceable.add(name);
            // The address of an absolute function is no entry.
            if (symbol.flags().isCallable() && updates.memory().isEntry(symbol.address())) {
              entries.put(name, symbol.address());
            }
          });
    }

    Planned define() {
      file.symbols().definitions().forEach(this::sort);
      elsewhere.addAll(kept.keySet());
      LinkedObject version =
          new LinkedObject(
              updates.layer(),
              file.name(),
              target,
              generations == null ? null : generations.first().bindingPolicy(),
              generation(),
              succession(),
              true);
      ResourceTracker tracker = linkingIn.createResourceTracker();
      ObjectMaterializationUnit unit =
          ObjectMaterializationUnit.of(
              updates.layer(), file, version, new FutureTask<>(file::linkGraph), elsewhere);
      version.waitsIn(unit);
      linkingIn.define(unit, tracker);
      return new Planned(generations, version, defined, kept, null);
    }

    private void sort(ObjectInterface.Definition definition) {
      String name = definition.name();
      KeptData data = keptData(step.data(), generations, name);
      boolean weak = definition.weak() || definition.common();
      boolean others =
          keptNames.contains(name)
              || (!replaceable.contains(name) && target.symbolState(name) != null);
      if (data == null && step.data().mustKeep(name)) {
        throw new ReplacementRefusedException(
            ("%s: %s cannot be kept: it is no variable, or constant, or thread-local, or the version"
                    + " before does not have it.")
                .formatted(file.name(), name));
      }
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

    private int generation() {
      LinkedObject restored = step.restored();
      if (restored != null) {
        return restored.generation();
      }
      return generations == null ? 1 : generations.nextGeneration();
    }

    private Succession succession() {
      LinkedObject restored = step.restored();
      LinkResult earlier = restored == null ? null : restored.result();
      LinkResult current = generations == null ? null : generations.current().object().result();
      Map<String, Long> local = new HashMap<>();
      if (earlier != null) {
        local.putAll(earlier.localFunctions().entriesByName());
      }
      if (current != null) {
        local.putAll(current.localFunctions().entriesByName());
      }
      Map<Integer, Long> blocks =
          earlier != null
              ? DataAdoption.all(earlier)
              : generations == null
                  ? Map.of()
                  : DataAdoption.local(generations.current().object(), current, file, step.data());
      boolean initialized = earlier != null || !kept.isEmpty() || !blocks.isEmpty();
      if (earlier == null && initialized) {
        checkInitializers();
      }
      return new Succession(entries, local, kept, blocks, initialized);
    }

    /**
     * Initializers would set kept variables anew, so they do not run: others must not need them.
     */
    private void checkInitializers() {
      for (ObjectInterface.Definition definition : file.symbols().definitions()) {
        String name = definition.name();
        if (file.symbols().hasInitializers()
            && defined.contains(name)
            && !definition.callable()
            && !CppNames.isConstant(name)) {
          throw new ReplacementRefusedException(
              ("%s keeps variables, so its initializers do not run, but %s begins anew and may need"
                      + " them. Keep all of its variables or none.")
                  .formatted(file.name(), name));
        }
      }
    }
  }

  /**
   * {@return the storage of a variable that the current version has and the plan keeps, or null}
   */
  private @Nullable KeptData keptData(
      DataPlan plan, @Nullable Generations generations, String name) {
    if (generations == null
        || plan.policyOf(name) != DataPolicy.KEEP
        || CppNames.isConstant(name)) {
      return null;
    }
    var symbol = generations.current().symbols().find(name);
    if (symbol == null
        || symbol.flags().isCallable()
        || !updates.objects().isWritable(symbol.address())) {
      return null;
    }
    return new KeptData(symbol.address(), updates.objects().sizeAt(name, symbol.address()));
  }

  private List<Change> link(JITDylib target, Aside linkedIn, List<Planned> planned) {
    Set<String> all = new HashSet<>();
    planned.forEach(each -> all.addAll(each.defined()));
    SymbolMap linked = all.isEmpty() ? SymbolMap.of() : lookUp(linkedIn.dylib(), all);
    List<Change> changes = new ArrayList<>();
    for (Planned each : planned) {
      changes.add(change(target, linkedIn, each, linked));
    }
    return changes;
  }

  private SymbolMap lookUp(JITDylib linkingIn, Set<String> names) {
    try {
      return updates
          .session()
          .lookup(
              SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, linkingIn),
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

  /**
   * {@return what the names will depend on in the target: what the new version needs, and for kept
   * variables what they needed before}
   */
  private List<SymbolDependenceGroup> needs(
      JITDylib target, JITDylib linkingIn, Planned planned, Set<String> defined) {
    List<SymbolDependenceGroup> needs = new ArrayList<>();
    for (SymbolDependenceGroup group : updates.session().dependenceGroups(linkingIn, defined)) {
      Map<JITDylib, Set<String>> moved = new LinkedHashMap<>();
      group
          .dependencies()
          .forEach((where, names) ->
              moved
                  .computeIfAbsent(where == linkingIn ? target : where, key -> new HashSet<>())
                  .addAll(names));
      needs.add(new SymbolDependenceGroup(group.symbols(), moved));
    }
    Generations generations = planned.generations();
    if (generations != null) {
      for (SymbolDependenceGroup group : generations.current().needs()) {
        Set<String> kept = Sets.intersection(group.symbols(), planned.kept().keySet());
        if (!kept.isEmpty()) {
          needs.add(new SymbolDependenceGroup(kept, group.dependencies()));
        }
      }
    }
    return needs;
  }

  private Change change(JITDylib target, Aside linkedIn, Planned planned, SymbolMap linked) {
    Generations generations = planned.generations();
    LinkedObject object = planned.version();
    if (object == null) {
      if (generations == null) {
        throw new AssertionError("a step without objects");
      }
      return new Change(generations, generations.current(), planned.ready());
    }
    SymbolMap.Builder symbols = SymbolMap.builder();
    LinkResult result = object.result();
    Set<String> defined = result == null ? Set.of() : Set.copyOf(result.symbols().names());
    for (String name : defined) {
      symbols.put(name, linked.get(name));
    }
    if (generations != null) {
      SymbolMap before = generations.current().symbols();
      planned.kept().keySet().forEach(name -> symbols.put(name, before.get(name)));
    }
    Version version =
        new Version(
            object, symbols.build(), needs(target, linkedIn.dylib(), planned, defined), linkedIn);
    linkedIn.added();
    return generations == null
        ? new Change(new Generations(version, target.defaultResourceTracker()), null, version)
        : new Change(generations, generations.current(), version);
  }
}
