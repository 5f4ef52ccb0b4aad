package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.ResourceKey;
import uruk.orc.ResourceManager;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/**
 * Defines functions that are nothing but an entry, {@code jmp *slot(%rip)}, and leads them to any
 * code of the process, as often as one likes: LLVM's class of the same name (RedirectionManager.h).
 * Functions of objects need it not, since each has an entry of its own; they are replaced by {@link
 * ObjectLinkingLayer#update}.
 *
 * <p>Thread-safe. What threads run while a function is led elsewhere goes on to its end.
 */
public final class RedirectableSymbolManager {
  private final InProcessMemoryManager memory;

  /** The entries of each tracker's functions. Guarded by this. */
  private final Map<ResourceKey, Map<String, Long>> entriesByKey = new HashMap<>();

  /** The entries of each dylib's functions. Guarded by this. */
  private final Map<JITDylib, Map<String, Long>> entries = new HashMap<>();

  /** Makes a manager whose functions go with their trackers. */
  public RedirectableSymbolManager(ObjectLinkingLayer layer) {
    memory = layer.memory();
    layer.session().registerResourceManager(new Resources());
  }

  /**
   * Defines functions.
   *
   * @param tracker what removes them
   * @param destinations where they lead at first, with their flags
   * @throws IllegalArgumentException if one is no function
   * @throws uruk.orc.OrcException if a strong definition exists already, or the tracker is defunct;
   *     nothing has been defined then
   */
  public void create(ResourceTracker tracker, SymbolMap destinations) {
    destinations.forEach(RedirectableSymbolManager::checkCallable);
    List<String> names = List.copyOf(destinations.names());
    long[] created = memory.createEntries(names.size(), false);
    Map<String, Long> byName = new HashMap<>();
    for (int i = 0; i < created.length; i++) {
      ExecutorSymbolDef destination = destinations.get(names.get(i));
      memory.redirectEntries(new long[] {created[i]}, new long[] {destination.address()});
      byName.put(names.get(i), created[i]);
    }
    try {
      tracker.dylib().define(new Entries(destinations.flags(), byName), tracker);
    } catch (RuntimeException refused) {
      memory.releaseEntries(created);
      throw refused;
    }
    remember(tracker, byName);
  }

  private static void checkCallable(String name, ExecutorSymbolDef destination) {
    if (!destination.flags().isCallable()) {
      throw new IllegalArgumentException(name + " is no function; only calls can be led elsewhere");
    }
  }

  /** The entries that a tracker gets, as symbols of its dylib. */
  private final class Entries extends MaterializationUnit {
    private final Map<String, Long> byName; // guarded by the manager

    Entries(Map<String, SymbolFlags> flags, Map<String, Long> byName) {
      super(new Interface(flags));
      this.byName = byName;
    }

    @Override
    public String name() {
      return "<Redirectable Symbols>";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      SymbolMap.Builder symbols = SymbolMap.builder();
      synchronized (RedirectableSymbolManager.this) {
        responsibility
            .symbols()
            .forEach((name, flags) -> symbols.put(name, byName.getOrDefault(name, 0L), flags));
      }
      responsibility.notifyResolved(symbols.build());
      responsibility.notifyEmitted(List.of());
    }

    /** A weak definition has lost against another one, now or later. */
    @Override
    protected void discard(JITDylib dylib, String name) {
      synchronized (RedirectableSymbolManager.this) {
        Long entry = byName.remove(name);
        if (entry != null) {
          entriesByKey.values().forEach(each -> each.remove(name, entry));
          forget(dylib, Map.of(name, entry));
          memory.releaseEntries(new long[] {entry});
        }
      }
    }
  }

  private synchronized void remember(ResourceTracker tracker, Map<String, Long> byName) {
    entriesByKey.computeIfAbsent(tracker.key(), _ -> new HashMap<>()).putAll(byName);
    entries.computeIfAbsent(tracker.dylib(), _ -> new HashMap<>()).putAll(byName);
  }

  /**
   * Leads a function elsewhere, for all calls that begin from now on: one aligned store.
   *
   * @param destination the address of the code
   * @throws IllegalArgumentException if this manager has not defined the function, or it was
   *     removed
   */
  public synchronized void redirect(JITDylib dylib, String name, long destination) {
    memory.redirectEntries(new long[] {entry(dylib, name)}, new long[] {destination});
  }

  /**
   * Leads functions elsewhere, one store each, in no order.
   *
   * @throws IllegalArgumentException if this manager has not defined one of them, or it was
   *     removed; then all lead where they did
   */
  public synchronized void redirect(JITDylib dylib, SymbolMap destinations) {
    List<Long> from = new ArrayList<>();
    List<Long> to = new ArrayList<>();
    destinations.forEach((name, destination) -> {
      from.add(entry(dylib, name));
      to.add(destination.address());
    });
    memory.redirectEntries(
        from.stream().mapToLong(Long::longValue).toArray(),
        to.stream().mapToLong(Long::longValue).toArray());
  }

  /** Another definition of the same name may have its own entry by now, which stays. */
  private synchronized void forget(JITDylib dylib, Map<String, Long> gone) {
    entries.computeIfPresent(
        dylib,
        (_, left) -> {
          gone.forEach(left::remove);
          return left.isEmpty() ? null : left;
        });
  }

  private long entry(JITDylib dylib, String name) {
    Long entry = entries.getOrDefault(dylib, Map.of()).get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "%s is not a redirectable function of \"%s\"; define it with create"
              .formatted(name, dylib.name()));
    }
    return entry;
  }

  /** What the session tells of trackers. */
  private final class Resources implements ResourceManager {
    @Override
    public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
      synchronized (RedirectableSymbolManager.this) {
        Map<String, Long> removed = entriesByKey.remove(key);
        if (removed != null) {
          forget(dylib, removed);
          memory.releaseEntries(removed.values().stream().mapToLong(Long::longValue).toArray());
        }
      }
    }

    @Override
    public void handleTransferResources(
        JITDylib dylib, ResourceKey destination, ResourceKey source) {
      synchronized (RedirectableSymbolManager.this) {
        Map<String, Long> moved = entriesByKey.remove(source);
        if (moved != null) {
          entriesByKey.computeIfAbsent(destination, _ -> new HashMap<>()).putAll(moved);
        }
      }
    }
  }
}
