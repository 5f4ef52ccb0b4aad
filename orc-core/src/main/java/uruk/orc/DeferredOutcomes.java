package uruk.orc;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Notifications that arose inside the session lock, until it is free. */
final class DeferredOutcomes {
  private final SessionLock lock;

  // Guarded by the lock.
  private final ArrayDeque<Outcome> deferred = new ArrayDeque<>();

  DeferredOutcomes(SessionLock lock) {
    this.lock = lock;
  }

  /** Keeps notifications. Called under the lock. */
  void add(Outcome outcome) {
    deferred.add(outcome);
  }

  /** Notifies, unless the calling thread holds the lock: then whoever unlocks last does so. */
  void deliver() {
    for (Outcome next = next(); next != null; next = next()) {
      next.deliver();
    }
  }

  private @Nullable Outcome next() {
    return lock.locked(() -> lock.isHeldOnce() ? deferred.pollFirst() : null);
  }
}
