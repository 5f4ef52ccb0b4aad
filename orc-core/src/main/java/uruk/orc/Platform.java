package uruk.orc;

/**
 * What a target platform adds to a session: per-dylib set-up (headers, runtime symbols) and
 * bookkeeping of initializers.
 */
public interface Platform {
  /**
   * Prepares a new dylib. Called outside the session lock by {@link
   * ExecutionSession#createJITDylib(String)}; an exception fails the creation.
   */
  void setupJITDylib(JITDylib dylib);

  /**
   * Releases what was set up. Called outside the session lock after the dylib's trackers are
   * cleared.
   */
  void teardownJITDylib(JITDylib dylib);

  /**
   * A unit is being added. Called <em>inside</em> the session lock, before the unit is in the
   * table; an exception rejects the unit.
   */
  void notifyAdding(ResourceTracker tracker, MaterializationUnit unit);

  /**
   * A tracker is being removed. Called <em>inside</em> the session lock. What it throws is thrown
   * by the removal, which goes on.
   */
  void notifyRemoving(ResourceTracker tracker);
}
