package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.JITLinker;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.Generations.Version;
import uruk.materialization.ReferencePatches.SymbolAt;
import uruk.materialization.Switchover.Change;
import uruk.orc.CommonExtent;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;
import uruk.orc.ResourceManager;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolDependenceGroup;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * Adds object files to dylibs, links each when one of its symbols is looked up first, and knows
 * what every one of them costs.
 *
 * <p>Thread-safe. One lock guards the table of objects by tracker; it is taken inside the session
 * lock and nothing outside of this class is called while it is held.
 */
public final class ObjectLinkingLayer {
  private final ExecutionSession session;
  private final InProcessMemoryManager memory = InProcessMemoryManager.shared();
  private final FarBranches farBranches = new FarBranches(memory);
  private volatile boolean keepsFiles;
  private final List<LinkPlugin> plugins = new CopyOnWriteArrayList<>();
  private final EntryCounts entryCounts = new EntryCounts(memory);
  private final AddressIndex places = new AddressIndex(memory);
  private final List<ReplacementListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger asides = new AtomicInteger();

  /** Held by the thread that makes an update or removes an object; taken outside of all others. */
  private final ReentrantLock updates = new ReentrantLock();

  private final Object lock = new Object();

  /** Where variables have gone, for links under way that found the old place. Guarded by lock. */
  private final Map<SymbolAt, Long> moved = new HashMap<>();

  private final Map<ResourceKey, List<LinkedObject>> linked =
      new LinkedHashMap<>(); // guarded by lock

  /** Makes a layer and registers it with the session, which it serves until the session closes. */
  public ObjectLinkingLayer(ExecutionSession session) {
    this.session = session;
    session.registerResourceManager(new Resources());
  }

  /** {@return the session} */
  public ExecutionSession session() {
    return session;
  }

  /**
   * From now on objects keep the files they are linked from for as long as the JVM has memory to
   * spare, so that crashes are reported with source lines and the names of local functions.
   */
  public void keepFiles() {
    keepsFiles = true;
  }

  /** Adds a plugin, which sees the links that begin from now on. */
  public void addPlugin(LinkPlugin plugin) {
    plugins.add(plugin);
  }

  /** Removes a plugin from the links that begin from now on. */
  public void removePlugin(LinkPlugin plugin) {
    plugins.remove(plugin);
  }

  /**
   * Adds an object file under the dylib's default tracker; see {@link #add(ResourceTracker,
   * ObjectFile)}.
   */
  public LinkedObject add(JITDylib dylib, ObjectFile file) {
    return add(dylib.defaultResourceTracker(), file);
  }

  /**
   * Adds an object file to a tracker's dylib. Only its symbol table is read now.
   *
   * @return the object, not yet linked
   * @throws uruk.jitlink.LinkException if the file is malformed or not supported
   * @throws uruk.orc.OrcException if a strong definition exists already, or the tracker or dylib is
   *     defunct; nothing has been added then
   */
  public LinkedObject add(ResourceTracker tracker, ObjectFile file) {
    LinkedObject object = new LinkedObject(this, file.name(), tracker.dylib());
    ObjectMaterializationUnit unit = ObjectMaterializationUnit.of(this, file, object);
    object.waitsIn(unit);
    tracker.dylib().define(unit, tracker);
    return object;
  }

  /**
   * Adds a graph that was built by hand or by another reader; see {@link #add(ResourceTracker,
   * ObjectFile)}. The graph belongs to the layer from now on.
   */
  public LinkedObject add(ResourceTracker tracker, LinkGraph graph) {
    return add(tracker, new GraphObject(graph));
  }

  /** {@return the objects of a tracker that are linked now} */
  public List<LinkedObject> objects(ResourceTracker tracker) {
    ResourceKey key = tracker.key();
    synchronized (lock) {
      return linked.getOrDefault(key, List.of()).stream().filter(LinkedObject::inMemory).toList();
    }
  }

  /** {@return all objects that are linked now, by tracker in the order of first links} */
  public List<LinkedObject> objects() {
    synchronized (lock) {
      List<LinkedObject> all = new ArrayList<>();
      linked.values().forEach(all::addAll);
      all.removeIf(object -> !object.inMemory());
      return all;
    }
  }

  /** {@return what the linked objects of a tracker cost} */
  public MemoryLedger ledger(ResourceTracker tracker) {
    return sum(objects(tracker));
  }

  /** {@return what all linked objects cost} */
  public MemoryLedger ledger() {
    return sum(objects());
  }

  // Who uses what ---------------------------------------------------------------------------------

  /** {@return where other linked objects refer to a symbol of a dylib; empty if it has none} */
  public List<SymbolUse> usersOf(JITDylib dylib, String symbol) {
    ExecutorSymbolDef definition = dylib.symbols(symbol).get(symbol);
    return definition == null ? List.of() : uses(Map.of(symbol, definition.address()), Set.of());
  }

  /**
   * {@return what an address belongs to: code, data or the entry of a function of an object; empty
   * if it is none} Needs no lock; an object that is removed meanwhile may or may not be found.
   */
  public Optional<SymbolPlace> findByAddress(long address) {
    return Optional.ofNullable(places.find(address));
  }

  /**
   * Compares the memory of all linked objects with their fix-ups; see {@link LinkedObject#verify}.
   *
   * @return what differs, by object
   */
  public Map<LinkedObject, List<KeptFixups.Mismatch>> verify() {
    Map<LinkedObject, List<KeptFixups.Mismatch>> found = new LinkedHashMap<>();
    for (LinkedObject object : objects()) {
      List<KeptFixups.Mismatch> mismatches = object.verify();
      if (!mismatches.isEmpty()) {
        found.put(object, mismatches);
      }
    }
    return found;
  }

  /** {@return uses of symbols at these addresses by other objects than those left out} */
  List<SymbolUse> uses(Map<String, Long> symbols, Set<LinkedObject> without) {
    List<SymbolUse> uses = new ArrayList<>();
    for (LinkedObject user : symbols.isEmpty() ? List.<LinkedObject>of() : objects()) {
      LinkResult result = user.result();
      if (result != null && !without.contains(user)) {
        SymbolUses.collect(user, result, symbols, uses);
      }
    }
    return uses;
  }

  // Removal and replacement ----------------------------------------------------------------------

  /**
   * Makes an update: everything is linked aside first, then names, entries of functions and
   * references to variables are led to the new versions. On any failure nothing has changed.
   *
   * <p>Each symbol is switched by one store; between two of them a running call may meet one old
   * and one new function. Calls that run go on in the old version, whose memory is kept until it is
   * {@linkplain LinkedObject#release released} or the object removed. Updates of one layer are made
   * one after the other. Code that an update calls back into may make another one once the first is
   * done, not inside of it.
   *
   * @param what names the objects
   * @throws UpdateException if the new versions do not fit
   * @throws uruk.orc.OrcException if they cannot be linked
   * @throws uruk.jitlink.LinkException if a file is malformed or not supported
   * @throws IllegalStateException if the calling thread is in an update already
   */
  public Replacement update(Consumer<Update> what) {
    UpdateTransaction transaction = new UpdateTransaction(this);
    what.accept(transaction);
    List<Change> changes = updating(transaction::run);
    for (Change change : changes) {
      if (change.to() == null) {
        discard(change.generations().first());
      }
    }
    return announced(new Replacement(this, changes));
  }

  /** Adds a listener that hears of updates from now on. */
  public void addListener(ReplacementListener listener) {
    listeners.add(listener);
  }

  /** Removes a listener. */
  public void removeListener(ReplacementListener listener) {
    listeners.remove(listener);
  }

  private Replacement announced(Replacement replacement) {
    for (ReplacementListener listener : listeners) {
      try {
        listener.updated(replacement);
      } catch (RuntimeException failure) {
        session.reportError(failure);
      }
    }
    return replacement;
  }

  private <T> T updating(Supplier<T> action) {
    if (updates.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is in an update already; make the next one when it is done");
    }
    updates.lock();
    try {
      return action.get();
    } finally {
      updates.unlock();
    }
  }

  Replacement rollBack(List<Change> made) {
    List<Change> back =
        updating(() -> {
          List<Change> changes = made.stream().map(ObjectLinkingLayer::inverse).toList();
          new Switchover(this, changes).run();
          return changes;
        });
    return announced(new Replacement(this, back));
  }

  private static Change inverse(Change made) {
    Generations generations = made.generations();
    Version from = made.to();
    Version to = made.from();
    if (from == null || to == null) {
      throw new IllegalStateException(
          generations.first() + " was added or removed by the update, which cannot be rolled back");
    }
    if (!generations.current().equals(from)) {
      throw new IllegalStateException(generations.first() + " has been replaced since");
    }
    if (!generations.versions().contains(to)) {
      throw new IllegalStateException(
          "the memory of version %d of %s has been released; replace it with its file instead"
              .formatted(to.object().generation(), generations.first()));
    }
    return new Change(generations, from, to);
  }

  /** {@return the versions of an object, which is linked if it was not yet} */
  Generations generationsOf(LinkedObject object) {
    Generations known = object.generations();
    if (known != null && object.state() != LinkedObject.State.REMOVED) {
      return known;
    }
    Set<String> names = object.definedNames();
    ResourceTracker tracker =
        names.isEmpty() ? null : object.dylib().trackerOf(names.iterator().next());
    boolean ended =
        object.state() == LinkedObject.State.FAILED || object.state() == LinkedObject.State.REMOVED;
    if (ended || tracker == null) {
      throw new IllegalStateException(
          "%s cannot be replaced: %s"
              .formatted(
                  object,
                  ended
                      ? "it is " + object.state() + "; add the new file instead"
                      : "it defines nothing for others"));
    }
    SymbolMap symbols =
        session.lookup(
            SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, object.dylib()),
            SymbolLookupSet.of(names));
    Generations created = new Generations(new Version(object, symbols, null), tracker);
    synchronized (lock) {
      LinkResult result = object.result();
      if (result == null) {
        throw new IllegalStateException(object + " has been removed meanwhile");
      }
      entryCounts.retain(result.symbols().entries());
      object.generations(created);
    }
    return created;
  }

  /** {@return a dylib that sees what the given one sees, for versions to be linked in} */
  JITDylib createAside(JITDylib dylib) {
    JITDylib aside =
        session.createBareJITDylib(
            "%s (update %d)".formatted(dylib.name(), asides.incrementAndGet()));
    aside.setLinkOrder(dylib.linkOrder());
    return aside;
  }

  /** {@return the size of a variable, as its object has it} */
  long sizeAt(String name, long address) {
    LinkedObject owner = places.owner(address);
    LinkResult result = owner == null ? null : owner.result();
    int index = result == null ? -1 : result.symbols().indexOf(name);
    return result == null || index < 0 ? 0 : result.symbols().size(index);
  }

  /** Plans what it takes to lead references elsewhere. Called inside the session lock. */
  ReferencePatches planPatches(Map<SymbolAt, Long> moves, Set<LinkedObject> without) {
    ReferencePatches patches = new ReferencePatches(memory);
    if (!moves.isEmpty()) {
      for (LinkedObject user : objects()) {
        LinkResult result = user.result();
        if (result != null && !without.contains(user)) {
          patches.plan(user, result, moves);
        }
      }
    }
    return patches;
  }

  /** Leads references elsewhere, also those of links under way. Inside the session lock. */
  void moved(Map<SymbolAt, Long> moves, ReferencePatches patches) {
    synchronized (lock) {
      patches.apply();
      moves.forEach((from, to) -> {
        moved.replaceAll((earlier, address) ->
            earlier.name().equals(from.name()) && address == from.address() ? to : address);
        moved.put(from, to);
      });
      moved.entrySet().removeIf(move -> move.getKey().address() == move.getValue());
    }
  }

  void remove(LinkedObject object, UnloadPolicy policy) {
    List<LinkedObject> removed = updating(() -> new Unloading(this).remove(object, policy));
    removed.forEach(this::discard);
  }

  List<String> pinnedBy(LinkedObject object) {
    List<String> reasons = new ArrayList<>();
    reasons.add("threads may still run its code: nobody has said that none does");
    usesOfMemory(object)
        .forEach(use -> reasons.add("%s is used by %s".formatted(use.symbol(), use)));
    return reasons;
  }

  private List<SymbolUse> usesOfMemory(LinkedObject object) {
    List<SymbolUse> uses = new ArrayList<>();
    for (LinkedObject user : objects()) {
      LinkResult result = user.result();
      if (user != object && result != null) {
        SymbolUses.collectInto(user, result, object.segments(), uses);
      }
    }
    return uses;
  }

  void release(LinkedObject object) {
    boolean _ =
        updating(() -> {
          Generations line = object.generations();
          if (line == null || object.state() != LinkedObject.State.RETIRED) {
            throw new IllegalStateException(
                "%s is %s; only a replaced version is released".formatted(object, object.state()));
          }
          List<SymbolUse> uses = usesOfMemory(object);
          if (!uses.isEmpty()) {
            throw new ObjectInUseException(
                "Version %d of %s cannot be released".formatted(object.generation(), object),
                uses,
                "Its variables were kept by a later version: release it after that one.");
          }
          releaseVersion(line, object);
          return true;
        });
  }

  private void releaseVersion(Generations line, LinkedObject object) {
    for (Version version : line.versions()) {
      if (version.object() == object) {
        line.forget(version);
        if (version.aside() == null) {
          notifyRemoving(object);
          freeMemory(object);
        } else {
          removeAside(version.aside(), object);
        }
      }
    }
  }

  private void removeAside(JITDylib aside, LinkedObject object) {
    boolean shared =
        objects().stream().anyMatch(other -> other != object && isVersionIn(other, aside));
    if (!shared) {
      session.removeJITDylibs(List.of(aside));
      return;
    }
    ResourceTracker tracker = aside.trackerOf(object.symbolNames().getFirst());
    if (tracker != null) {
      tracker.remove();
    }
  }

  private static boolean isVersionIn(LinkedObject object, JITDylib aside) {
    Generations line = object.generations();
    return line != null
        && line.versions().stream()
            .anyMatch(version -> version.object() == object && version.aside() == aside);
  }

  /** Frees an object whose names are gone. */
  private void discard(LinkedObject object) {
    synchronized (lock) {
      linked.values().forEach(objects -> objects.remove(object));
      linked.values().removeIf(List::isEmpty);
    }
    notifyRemoving(object);
    free(object);
  }

  private void notifyRemoving(LinkedObject object) {
    for (LinkPlugin plugin : plugins.reversed()) {
      try {
        plugin.notifyRemoving(object);
      } catch (RuntimeException failure) {
        session.reportError(failure);
      }
    }
  }

  private static MemoryLedger sum(List<LinkedObject> objects) {
    return objects.stream()
        .map(LinkedObject::ledger)
        .reduce(MemoryLedger.EMPTY, MemoryLedger::plus);
  }

  InProcessMemoryManager memory() {
    return memory;
  }

  FarBranches farBranches() {
    return farBranches;
  }

  void link(
      ObjectFile file,
      LinkedObject object,
      MaterializationResponsibility responsibility,
      Map<String, CommonExtent> commons) {
    LinkGraph graph;
    if (keepsFiles) {
      object.linkedFrom(file);
    }
    try {
      graph = file.linkGraph();
    } catch (RuntimeException failure) {
      fail(object, responsibility, failure);
      return;
    }
    JITLinker.link(graph, new ObjectLink(this, file, object, responsibility, commons));
  }

  void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    for (LinkPlugin plugin : plugins) {
      plugin.modifyPassConfiguration(object, responsibility, graph, passes);
    }
  }

  /** Takes over a finished link: its memory belongs to the tracker from here on. */
  void emit(
      LinkedObject object,
      LinkResult result,
      MaterializationResponsibility responsibility,
      List<SymbolDependenceGroup> dependences) {
    object.linked(result);
    if (object.linkedAside()) {
      entryCounts.retain(result.symbols().entries());
    }
    try {
      responsibility.withResourceKey(key -> attach(key, object));
    } catch (RuntimeException defunct) {
      free(object);
      fail(object, responsibility, defunct);
      return;
    }
    try {
      responsibility.withResourceKey(
          key -> plugins.forEach(plugin -> plugin.notifyEmitted(object, key)));
      responsibility.notifyEmitted(dependences);
    } catch (RuntimeException failure) {
      // The memory stays with its tracker, as that of every failed symbol does.
      responsibility.failMaterialization(failure);
    }
  }

  private void attach(ResourceKey key, LinkedObject object) {
    synchronized (lock) {
      LinkResult result = object.result();
      if (result != null && !moved.isEmpty()) {
        ReferencePatches patches = new ReferencePatches(memory);
        patches.plan(object, result, moved);
        patches.apply();
      }
      linked.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(object);
      places.add(object);
    }
  }

  void fail(LinkedObject object, MaterializationResponsibility responsibility, Throwable cause) {
    object.failed();
    for (LinkPlugin plugin : plugins) {
      try {
        plugin.notifyFailed(object, cause);
      } catch (RuntimeException alsoFailed) {
        session.reportError(alsoFailed);
      }
    }
    responsibility.failMaterialization(cause);
  }

  private void free(LinkedObject object) {
    Generations line = object.generations();
    freeMemory(object);
    if (line != null && line.first() == object) {
      for (Version version : line.versions()) {
        line.forget(version);
        if (version.aside() != null) {
          removeAside(version.aside(), version.object());
        }
      }
    }
  }

  private void freeMemory(LinkedObject object) {
    LinkResult result;
    boolean shared;
    synchronized (lock) {
      result = object.result();
      shared = object.generations() != null || object.linkedAside();
      places.remove(object);
      List<SegmentRange> segments = object.segments();
      moved
          .keySet()
          .removeIf(place -> segments.stream().anyMatch(range -> range.contains(place.address())));
      object.removed();
    }
    if (result != null) {
      if (shared) {
        entryCounts.release(result.symbols().entries());
      } else {
        memory.releaseEntries(result.symbols().entries());
      }
      result.allocation().deallocate().join();
    }
  }

  /** What the session tells of trackers. */
  private final class Resources implements ResourceManager {
    @Override
    public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
      List<LinkedObject> removed;
      synchronized (lock) {
        removed = linked.remove(key);
      }
      List<LinkedObject> newestFirst = removed == null ? List.of() : removed.reversed();
      RuntimeException failure = notifyPlugins(dylib, key, newestFirst);
      newestFirst.forEach(ObjectLinkingLayer.this::free);
      if (failure != null) {
        throw failure;
      }
    }

    private @Nullable RuntimeException notifyPlugins(
        JITDylib dylib, ResourceKey key, List<LinkedObject> removed) {
      RuntimeException first = null;
      for (LinkPlugin plugin : plugins.reversed()) {
        try {
          removed.forEach(plugin::notifyRemoving);
          plugin.notifyRemovingResources(dylib, key);
        } catch (RuntimeException failure) {
          if (first == null) {
            first = failure;
          } else {
            first.addSuppressed(failure);
          }
        }
      }
      return first;
    }

    @Override
    public void handleTransferResources(
        JITDylib dylib, ResourceKey destination, ResourceKey source) {
      synchronized (lock) {
        List<LinkedObject> moved = linked.remove(source);
        if (moved != null) {
          linked.computeIfAbsent(destination, _ -> new ArrayList<>(1)).addAll(moved);
        }
      }
      plugins
          .reversed()
          .forEach(plugin -> plugin.notifyTransferringResources(dylib, destination, source));
    }
  }
}
