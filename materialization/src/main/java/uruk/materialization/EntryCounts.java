package uruk.materialization;

import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.memory.InProcessMemoryManager;

/** Counts the versions of objects that share an entry: the last one gives it back. Thread-safe. */
final class EntryCounts {
  private final InProcessMemoryManager memory;
  private final Map<Long, Integer> counts = new HashMap<>(); // guarded by itself

  EntryCounts(InProcessMemoryManager memory) {
    this.memory = memory;
  }

  void retain(long[] entries) {
    synchronized (counts) {
      for (long entry : entries) {
        counts.merge(entry, 1, Integer::sum);
      }
    }
  }

  void release(long[] entries) {
    synchronized (counts) {
      for (long entry : entries) {
        if (counts.merge(entry, -1, Integer::sum) == 0) {
          counts.remove(entry);
          memory.releaseEntry(entry);
        }
      }
    }
  }
}
