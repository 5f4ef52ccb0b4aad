package uruk.materialization;

import java.util.ArrayList;
import java.util.Collection;
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

  /** What each tracker removes. Guarded by this, inside which the session is never called. */
  private final Map<ResourceKey, List<Entries>> entriesByKey = new HashMap<>();

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
    Entries created = new Entries(tracker.dylib(), destinations.flags(), lead(destinations));
    hold(tracker.key(), created); // The tracker may be removed as soon as it has the symbols.
    try {
      tracker.dylib().define(created, tracker);
    } catch (RuntimeException refused) {
      drop(created);
      throw refused;
    }
    publish(created);
  }

  private static void checkCallable(String name, ExecutorSymbolDef destination) {
    if (!destination.flags().isCallable()) {
      throw new IllegalArgumentException(name + " is no function; only calls can be led elsewhere");
    }
  }

  private Map<String, Long> lead(SymbolMap destinations) {
    List<String> names = List.copyOf(destinations.names());
    long[] created = memory.createEntries(names.size(), false);
    Map<String, Long> byName = new HashMap<>();
    for (int i = 0; i < created.length; i++) {
      ExecutorSymbolDef destination = destinations.get(names.get(i));
      memory.redirectEntries(new long[] {created[i]}, new long[] {destination.address()});
      byName.put(names.get(i), created[i]);
    }
    return byName;
  }

  /** The entries that a tracker gets at a time, as symbols of its dylib. */
  private final class Entries extends MaterializationUnit {
    private final JITDylib dylib;
    private final Map<String, Long> byName; // guarded by the manager; empty once released

    Entries(JITDylib dylib, Map<String, SymbolFlags> flags, Map<String, Long> byName) {
      super(new Interface(flags));
      this.dylib = dylib;
      this.byName = byName;
    }

    @Override
    public String name() {
      return "<Redirectable Symbols>";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      Map<String, SymbolFlags> wanted = responsibility.symbols();
      SymbolMap.Builder symbols = SymbolMap.builder();
      synchronized (RedirectableSymbolManager.this) {
        wanted.forEach((name, flags) -> symbols.put(name, byName.getOrDefault(name, 0L), flags));
      }
      responsibility.notifyResolved(symbols.build());
      responsibility.notifyEmitted(List.of());
    }

    /** A weak definition has lost against another one, now or later. */
    @Override
    protected void discard(JITDylib where, String name) {
      synchronized (RedirectableSymbolManager.this) {
        Long entry = byName.remove(name);
        if (entry != null) {
          release(dylib, Map.of(name, entry));
        }
      }
    }
  }

  private synchronized void hold(ResourceKey key, Entries created) {
    entriesByKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(created);
  }

  /** The tracker has refused the entries, and may have been transferred meanwhile. */
  private synchronized void drop(Entries refused) {
    entriesByKey.values().removeIf(held -> held.remove(refused) && held.isEmpty());
    release(refused);
  }

  /** The entries can be led elsewhere, unless their tracker is gone already. */
  private synchronized void publish(Entries created) {
    if (!created.byName.isEmpty()) {
      entries.computeIfAbsent(created.dylib, _ -> new HashMap<>()).putAll(created.byName);
    }
  }

  private synchronized void release(Entries gone) {
    release(gone.dylib, gone.byName);
    gone.byName.clear();
  }

  /** Another definition of the same name may have its own entry by now, which stays. */
  private synchronized void release(JITDylib dylib, Map<String, Long> gone) {
    entries.computeIfPresent(
        dylib,
        (_, left) -> {
          gone.forEach(left::remove);
          return left.isEmpty() ? null : left;
        });
    memory.releaseEntries(addresses(gone.values()));
  }

  private static long[] addresses(Collection<Long> boxed) {
    return boxed.stream().mapToLong(Long::longValue).toArray();
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
    memory.redirectEntries(addresses(from), addresses(to));
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
        List<Entries> removed = entriesByKey.remove(key);
        if (removed != null) {
          removed.forEach(RedirectableSymbolManager.this::release);
        }
      }
    }

    @Override
    public void handleTransferResources(
        JITDylib dylib, ResourceKey destination, ResourceKey source) {
      synchronized (RedirectableSymbolManager.this) {
        List<Entries> moved = entriesByKey.remove(source);
        if (moved != null) {
          entriesByKey.computeIfAbsent(destination, _ -> new ArrayList<>()).addAll(moved);
        }
      }
    }
  }
}
