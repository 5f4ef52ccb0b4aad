package uruk.orc;

import java.util.Objects;

/**
 * Owns definitions of one dylib, and what resource managers hold for them, so that they can be
 * removed together. Closing a tracker removes it. A tracker that is merely dropped leaves its code
 * in place, until the dylib is cleared or removed.
 *
 * <p>Safe for use by many threads. After removal or transfer the tracker is defunct, and what would
 * use it throws a {@link ResourceTrackerDefunctException}.
 */
public final class ResourceTracker implements AutoCloseable {
  private final TrackerState state;

  ResourceTracker(TrackerState state) {
    this.state = state;
  }

  /** Reports if the handle is dropped unclosed; {@code creation} tells where it came from. */
  void watch(Throwable creation) {
    var _ = DroppedHandles.watch(this, new UnclosedReport(state, creation));
  }

  /** Runs when the handle has become unreachable; must not refer to it. */
  private static final class UnclosedReport implements Runnable {
    private final TrackerState state;
    private final Throwable creation;

    private UnclosedReport(TrackerState state, Throwable creation) {
      this.state = state;
      this.creation = creation;
    }

    @Override
    public void run() {
      ExecutionSession session = state.dylib().session();
      if (!session.locked(state::isDefunct)) {
        session.reportError(
            new IllegalStateException(
                "The resource tracker %s was dropped unclosed; its code stays".formatted(state),
                creation));
      }
    }
  }

  /** {@return the dylib whose definitions the tracker owns} */
  public JITDylib dylib() {
    return state.dylib();
  }

  /** {@return what resource managers know the tracker by} */
  public ResourceKey key() {
    return state.key();
  }

  /** {@return whether the tracker has been removed or transferred} */
  public boolean isDefunct() {
    return dylib().session().locked(state::isDefunct);
  }

  /**
   * Removes the tracker's definitions whoever depends on them: their names leave the table,
   * look-ups that wait for them fail, units that are under way learn it at their next step,
   * resource managers free what they hold. Removing again finds nothing left, but asks the managers
   * again.
   *
   * @throws ResourceRemovalException if managers failed; all have been asked, the names are gone
   * @throws IllegalStateException if the session lock is held, outside which managers run
   */
  public void remove() {
    remove(RemovalPolicy.UNCONDITIONAL);
  }

  /**
   * Removes the tracker's definitions.
   *
   * @param policy what to do about symbols outside the tracker that depend on symbols inside
   * @throws SymbolsInUseException if there are users and the policy is {@link RemovalPolicy#REFUSE}
   * @throws ResourceRemovalException if managers failed; all have been asked, the names are gone
   * @throws IllegalStateException if the session lock is held, outside which managers run
   */
  public void remove(RemovalPolicy policy) {
    Removal.removeTracker(state, Objects.requireNonNull(policy));
  }

  /**
   * Hands definitions, units under way and resources to another tracker of the same dylib; this one
   * becomes defunct. Does nothing if it is the same.
   *
   * @throws IllegalArgumentException if the other tracker is of another dylib
   * @throws ResourceTrackerDefunctException if one of them is defunct
   * @throws ResourceRemovalException if managers failed; all have been asked, the names have moved
   */
  public void transferTo(ResourceTracker destination) {
    dylib().session().checkOwn(destination.dylib());
    if (destination.dylib() != dylib()) {
      throw new IllegalArgumentException(
          "A tracker of \"%s\" cannot be transferred to one of \"%s\""
              .formatted(dylib().name(), destination.dylib().name()));
    }
    Removal.transfer(state, destination.state);
  }

  /** Removes the tracker unconditionally, unless it is defunct already. */
  @Override
  public void close() {
    if (!isDefunct()) {
      remove();
    }
  }

  TrackerState state() {
    return state;
  }

  @Override
  public String toString() {
    return state.toString();
  }
}
