package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.orc.JITDylib;

/**
 * Functions that were removed while others call them. Their entries stay, and lead to code that
 * reports the missing symbol; an object that defines the function anew takes the entry over, and
 * the callers reach it. When the last caller has gone, so has the record. Thread-safe; its own lock
 * guards everything.
 */
final class UnboundFunctions {
  private final EntryCounts counts;
  private final Map<JITDylib, Map<String, Unbound>> unbound = new HashMap<>(); // guarded by this

  /** How many links are under way that may take entries of a dylib over. Guarded by this. */
  private final Map<JITDylib, Integer> claims = new HashMap<>();

  private record Unbound(long entry, long report, RunningCode reports) {}

  UnboundFunctions(EntryCounts counts) {
    this.counts = counts;
  }

  /** Makes a function's entry lead to a report; the entry is retained. */
  synchronized void unbind(
      JITDylib dylib, String symbol, long entry, long report, RunningCode reports) {
    counts.retain(entry);
    counts.memory().redirectEntries(new long[] {entry}, new long[] {report});
    unbound
        .computeIfAbsent(dylib, _ -> new HashMap<>())
        .put(symbol, new Unbound(entry, report, reports));
  }

  /**
   * A link begins that may take entries over: they stay until {@link #unclaim}.
   *
   * @return the entries of the dylib's missing functions, by name
   */
  synchronized Map<String, Long> claim(JITDylib dylib) {
    claims.merge(dylib, 1, Integer::sum);
    Map<String, Long> entries = new HashMap<>();
    unbound.getOrDefault(dylib, Map.of()).forEach((name, each) -> entries.put(name, each.entry()));
    return entries;
  }

  /** The link has ended. */
  synchronized void unclaim(JITDylib dylib, LinkedObjects objects) {
    Integer others = claims.computeIfPresent(dylib, (_, links) -> links == 1 ? null : links - 1);
    if (others == null && unbound.containsKey(dylib)) {
      forgetUnused(objects);
    }
  }

  /** Leads the entries that an object has taken over to its code. */
  synchronized void bind(LinkedObject object, LinkResult result) {
    Map<String, Unbound> missing = unbound.getOrDefault(object.dylib(), Map.of());
    for (int i = 0; i < result.symbols().size() && !missing.isEmpty(); i++) {
      Unbound found = missing.get(result.symbols().name(i));
      if (found != null && found.entry() == result.symbols().entry(i)) {
        counts
            .memory()
            .redirectEntries(new long[] {found.entry()}, new long[] {result.symbols().code(i)});
        missing.remove(result.symbols().name(i));
        release(found);
      }
    }
  }

  /** An object has gone: what only it called needs no report any more. */
  synchronized void forgetUnused(LinkedObjects objects) {
    for (Map.Entry<JITDylib, Map<String, Unbound>> each : unbound.entrySet()) {
      if (!claims.containsKey(each.getKey())) {
        forgetUnused(each.getValue(), objects);
      }
    }
    unbound.values().removeIf(Map::isEmpty);
  }

  private void forgetUnused(Map<String, Unbound> missing, LinkedObjects objects) {
    Map<String, Long> entries = new HashMap<>();
    missing.forEach((name, each) -> entries.put(name, each.entry()));
    Set<String> used = new HashSet<>();
    objects.uses(entries, Set.of()).forEach(use -> used.add(use.symbol()));
    List<String> unused = new ArrayList<>(missing.keySet());
    unused.removeAll(used);
    for (String name : unused) {
      Unbound gone = missing.remove(name);
      if (gone != null) {
        release(gone);
      }
    }
  }

  private void release(Unbound gone) {
    gone.reports().releaseUnboundReport(gone.report());
    counts.release(gone.entry());
  }

  synchronized boolean isEmpty() {
    return unbound.isEmpty();
  }
}
