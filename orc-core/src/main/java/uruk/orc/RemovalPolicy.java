package uruk.orc;

/** What {@link ResourceTracker#remove(RemovalPolicy)} does about symbols that others depend on. */
public enum RemovalPolicy {
  /**
   * Removes nothing if a symbol outside the tracker depends on one inside: the error lists the
   * users. A unit under way that has found a symbol is no user yet: its emission will be refused.
   */
  REFUSE,
  /** Removes every tracker that holds a user as well, and their users in turn, users first. */
  CASCADE,
  /** ORC's own rule: removes the tracker whoever depends on it. The caller vouches. */
  UNCONDITIONAL
}
