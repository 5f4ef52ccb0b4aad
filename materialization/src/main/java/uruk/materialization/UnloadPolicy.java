package uruk.materialization;

/** What {@link LinkedObject#remove(UnloadPolicy)} does about other objects that use the object. */
public enum UnloadPolicy {
  /** Removes nothing while another object uses it: the error lists the users. */
  REFUSE,
  /** Removes the users as well, and their users in turn. */
  CASCADE,
  /**
   * Leaves the users with code in the place of the object's functions that reports the missing one
   * when it is called: a guarded call ends with an exception that names it, any other ends the
   * process. An object that defines the function later gets the calls, once it is linked. Removes
   * nothing while another object refers to a variable: reading one cannot be reported.
   */
  UNBIND,
  /** Removes it whoever uses it. The caller vouches. */
  UNCONDITIONAL
}
