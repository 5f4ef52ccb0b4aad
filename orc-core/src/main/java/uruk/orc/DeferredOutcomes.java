package uruk.orc;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Notifications that arose inside the session lock, until it is free. */
final class DeferredOutcomes {
  private final SessionLock lock;

  // Guarded by the lock.
  private final ArrayDeque<Outcome> deferred = new ArrayDeque<>();

  /** Whether there may be some: written under the lock, and read before it is taken for nothing. */
  private volatile boolean any;

  DeferredOutcomes(SessionLock lock) {
    this.lock = lock;
  }

  /** Keeps notifications. Called under the lock. */
  void add(Outcome outcome) {
    deferred.add(outcome);
    any = true;
  }

  /** Notifies, unless the calling thread holds the lock: then whoever unlocks last does so. */
  void deliver() {
    for (Outcome next = next(); next != null; next = next()) {
      next.deliver();
    }
  }

  private @Nullable Outcome next() {
    return any ? lock.locked(this::nextLocked) : null;
  }

  private @Nullable Outcome nextLocked() {
    if (!lock.isHeldOnce()) {
      return null;
    }
    Outcome next = deferred.pollFirst();
    any = !deferred.isEmpty();
    return next;
  }
}
