package uruk.materialization;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.JITLinker;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.orc.CommonExtent;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;
import uruk.orc.ResourceManager;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolDependenceGroup;

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
  private final List<LinkPlugin> plugins = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
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
    LinkedObject object = new LinkedObject(file.name(), tracker.dylib());
    tracker.dylib().define(ObjectMaterializationUnit.of(this, file, object), tracker);
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
      return List.copyOf(linked.getOrDefault(key, List.of()));
    }
  }

  /** {@return all objects that are linked now, by tracker in the order of first links} */
  public List<LinkedObject> objects() {
    synchronized (lock) {
      List<LinkedObject> all = new ArrayList<>();
      linked.values().forEach(all::addAll);
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
    object.linkedFrom(file);
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
      linked.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(object);
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
    LinkResult result = object.result();
    object.removed();
    if (result != null) {
      memory.releaseEntries(result.symbols().entries());
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
