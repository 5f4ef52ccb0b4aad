package uruk.materialization;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.memory.InProcessMemoryManager;

/**
 * Counts who shares an entry: the versions of its function, and the record of a function that was
 * removed while others use it. The last one gives the entry back. Thread-safe.
 */
final class EntryCounts {
  private final InProcessMemoryManager memory;

  /** How many share an entry beside the one that made it. Guarded by itself. */
  private final Map<Long, Integer> sharers = new HashMap<>();

  EntryCounts(InProcessMemoryManager memory) {
    this.memory = memory;
  }

  InProcessMemoryManager memory() {
    return memory;
  }

  /** Somebody else has these entries as well. */
  void retain(long... entries) {
    synchronized (sharers) {
      for (long entry : entries) {
        sharers.merge(entry, 1, Integer::sum);
      }
    }
  }

  /** Somebody has these entries no more. */
  void release(long... entries) {
    memory.releaseEntries(unshared(entries));
  }

  private long[] unshared(long[] entries) {
    synchronized (sharers) {
      if (sharers.isEmpty()) {
        return entries;
      }
      long[] unused = new long[entries.length];
      int count = 0;
      for (long entry : entries) {
        if (sharers.containsKey(entry)) {
          sharers.computeIfPresent(entry, (_, others) -> others == 1 ? null : others - 1);
        } else {
          unused[count++] = entry;
        }
      }
      return Arrays.copyOf(unused, count);
    }
  }
}
