package uruk.materialization;

import java.util.List;

/** An update that has been made. Thread-safe. */
public final class Replacement {
  private final Updates updates;
  private final List<Switchover.Change> changes;

  Replacement(Updates updates, List<Switchover.Change> changes) {
    this.updates = updates;
    this.changes = List.copyOf(changes);
  }

  /** {@return the new versions and added objects, in the order in which the update named them} */
  public List<LinkedObject> objects() {
    return changes.stream()
        .filter(change -> change.to() != null)
        .map(change -> java.util.Objects.requireNonNull(change.to()).object())
        .toList();
  }

  /**
   * Leads all names back to the versions before this update; variables have the values with which
   * these versions were left. The versions of this update are retired. What it added is removed;
   * what it removed is linked again from its file, and its variables begin anew.
   *
   * @return the update that this makes, which can be rolled back as well
   * @throws IllegalStateException if a later update has replaced these versions, or if code of the
   *     versions before is no longer in memory and neither is its file
   * @throws UpdateException if others use symbols that only the new versions have; nothing has
   *     changed then
   */
  public Replacement rollBack() {
    return updates.rollBack(changes);
  }
}
