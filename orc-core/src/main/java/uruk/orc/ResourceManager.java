package uruk.orc;

/** Holds resources (memory, registrations) on behalf of trackers, by {@link ResourceKey}. */
public interface ResourceManager {
  /**
   * Frees everything held for a key. Called outside the session lock, in reverse order of
   * registration, after the tracker's symbols have left the table. A key may come that the manager
   * has never seen, or that it has freed before.
   *
   * @param dylib the dylib of the tracker
   * @param key the tracker's key
   */
  void handleRemoveResources(JITDylib dylib, ResourceKey key);

  /**
   * Moves everything held for one key to another, which the manager may never have seen. Called
   * <em>inside</em> the session lock: it must be short and must not look anything up.
   *
   * @param dylib the dylib of both trackers
   * @param destination the key that takes over
   * @param source the key that becomes defunct
   */
  void handleTransferResources(JITDylib dylib, ResourceKey destination, ResourceKey source);
}
