package uruk.materialization;

/** What {@link LinkedObject#remove(UnloadPolicy)} does about other objects that use the object. */
public enum UnloadPolicy {
  /** Removes nothing while another object uses it: the error lists the users. */
  REFUSE,
  /** Removes the users as well, and their users in turn. */
  CASCADE,
  /** Removes it whoever uses it. The caller vouches. */
  UNCONDITIONAL
}
