package uruk.orc;

import java.lang.ref.Cleaner;

/** Watches handles that users may drop. One thread does so for all sessions of the process. */
final class DroppedHandles {
  private static final Cleaner CLEANER = Cleaner.create();

  private DroppedHandles() {}

  /** Begins to watch, so that the first unit need not wait for the thread to start. */
  static void begin() {
    // initializing the class has done it
  }

  /**
   * Has an action run when a handle has become unreachable.
   *
   * @param dropped must not refer to the handle
   */
  static Cleaner.Cleanable watch(Object handle, Runnable dropped) {
    return CLEANER.register(handle, dropped);
  }
}
