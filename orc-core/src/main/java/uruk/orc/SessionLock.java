package uruk.orc;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one lock of a session, re-entrant, and the version of its symbol tables. Readers that do
 * without the lock take the version before and after: if it is {@linkplain #isSettled settled} and
 * the same, all that they read between belongs to one moment.
 */
final class SessionLock {
  private final ReentrantLock lock = new ReentrantLock();

  /** Odd while the holder of the lock changes tables. */
  private volatile long tablesVersion;

  void lock() {
    lock.lock();
  }

  /** Releases one hold; with the last one the changes of tables become visible, all at once. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
  void unlock() {
    if (!isSettled(tablesVersion) && lock.getHoldCount() == 1) {
      tablesVersion++;
    }
    lock.unlock();
  }

  boolean isHeldByCurrentThread() {
    return lock.isHeldByCurrentThread();
  }

  /** {@return whether the calling thread holds the lock and took it once} */
  boolean isHeldOnce() {
    return lock.getHoldCount() == 1;
  }

  /**
   * Checks that what is about to call others does not do so inside the lock.
   *
   * @param what who is called: "Resource managers run"
   */
  void checkNotHeld(String what) {
    if (isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "%s outside the session lock: this cannot be done inside the session lock, in a call-back or runSessionLocked. Do it afterwards, in a task perhaps."
              .formatted(what));
    }
  }

  <T extends @Nullable Object> T locked(Supplier<T> action) {
    lock();
    try {
      return action.get();
    } finally {
      unlock();
    }
  }

  long tablesVersion() {
    return tablesVersion;
  }

  /** {@return whether no table was changing when the version was taken} */
  static boolean isSettled(long version) {
    return (version & 1) == 0;
  }

  /** A symbol table is about to change. Called under the lock. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
  void tablesChange() {
    tablesVersion += isSettled(tablesVersion) ? 1 : 2;
    VarHandle.storeStoreFence();
  }
}
