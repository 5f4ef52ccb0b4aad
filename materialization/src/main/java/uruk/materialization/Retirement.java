package uruk.materialization;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The versions that were replaced and whose code is still there. Code is freed when no counted call
 * that began before the replacement is under way, and no thread refers to it: then nothing leads
 * there any more, because all names, entries and branches lead to the new version.
 *
 * <p>Runs under the update lock. While something waits, threads of the process try again, at
 * growing intervals.
 */
final class Retirement {
  /**
   * A thread for each attempt: what a thread knew about code that it freed stays on its stack, and
   * looks like a way to the code that comes to that address next.
   */
  private static final ThreadFactory RECLAIMERS =
      Thread.ofPlatform().daemon().name("uruk-reclaimer").factory();

  private static final long FIRST_DELAY_MILLIS = 20;
  private static final long LONGEST_DELAY_MILLIS = 5_000;

  /** How many versions one examination looks for at most. */
  private static final int BATCH = 128;

  private final Updates updates;
  private final Map<LinkedObject, Long> epochs = new LinkedHashMap<>();
  private long quiescentBefore;
  private boolean scheduled;

  Retirement(Updates updates) {
    this.updates = updates;
  }

  /** Versions have been replaced, just now: nothing leads to their code but what runs it. */
  void retire(Collection<LinkedObject> versions) {
    RunningCode running = updates.running();
    if (running == null || versions.isEmpty()) {
      return;
    }
    long epoch = running.beginEpoch();
    versions.forEach(version -> epochs.put(version, epoch));
    schedule(FIRST_DELAY_MILLIS);
  }

  /** A version runs again, or has been freed. */
  void forget(LinkedObject version) {
    epochs.remove(version);
  }

  /** The host says that nothing that was replaced before now runs on threads nobody can examine. */
  void declareQuiescent() {
    RunningCode running = updates.running();
    if (running != null) {
      quiescentBefore = running.beginEpoch();
    }
  }

  /** {@return the versions whose code nothing runs; it has been freed} */
  List<LinkedObject> reclaim() {
    List<LinkedObject> freed = new ArrayList<>();
    List<LinkedObject> all = List.copyOf(epochs.keySet());
    for (int from = 0; from < all.size(); from += BATCH) {
      List<LinkedObject> batch = all.subList(from, Math.min(all.size(), from + BATCH));
      pins(batch)
          .forEach((version, pins) -> {
            if (pins.isEmpty()) {
              updates.freeCode(version);
              epochs.remove(version);
              freed.add(version);
            }
          });
    }
    return freed;
  }

  /** {@return why a version's code is still there} */
  List<Pin> pins(LinkedObject version) {
    if (!epochs.containsKey(version)) {
      return List.of();
    }
    return pins(List.of(version)).getOrDefault(version, List.of());
  }

  private Map<LinkedObject, List<Pin>> pins(List<LinkedObject> versions) {
    RunningCode running = updates.running();
    if (running == null) {
      return Map.of();
    }
    return new PinSearch(updates, running, epochs, quiescentBefore).find(versions);
  }

  // Trying again ---------------------------------------------------------------------------------

  private void schedule(long delayMillis) {
    if (!scheduled && !epochs.isEmpty()) {
      scheduled = true;
      WeakReference<Updates> later = new WeakReference<>(updates);
      CompletableFuture.delayedExecutor(
              delayMillis, TimeUnit.MILLISECONDS, attempt -> RECLAIMERS.newThread(attempt).start())
          .execute(() -> tryAgain(later, delayMillis));
    }
  }

  private static void tryAgain(WeakReference<Updates> later, long delayMillis) {
    Updates updates = later.get();
    if (updates != null) {
      updates.reclaimInBackground(Math.min(LONGEST_DELAY_MILLIS, 2 * delayMillis));
    }
  }

  /** The time has come. */
  List<LinkedObject> reclaimAndSchedule(long nextDelayMillis) {
    scheduled = false;
    try {
      return reclaim();
    } finally {
      schedule(nextDelayMillis);
    }
  }
}
