package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.ResourceKey;
import uruk.orc.ResourceManager;
import uruk.orc.ResourceTracker;
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
    SymbolMap.Builder symbols = SymbolMap.builder();
    Map<String, Long> byName = new HashMap<>();
    for (int i = 0; i < created.length; i++) {
      ExecutorSymbolDef destination = destinations.get(names.get(i));
      memory.redirectEntries(new long[] {created[i]}, new long[] {destination.address()});
      symbols.put(names.get(i), new ExecutorSymbolDef(created[i], destination.flags()));
      byName.put(names.get(i), created[i]);
    }
    try {
      tracker.dylib().define(AbsoluteSymbols.of(symbols.build()), tracker);
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
          Map<String, Long> left = entries.getOrDefault(dylib, Map.of());
          left.keySet().removeAll(removed.keySet());
          if (left.isEmpty()) {
            entries.remove(dylib);
          }
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
