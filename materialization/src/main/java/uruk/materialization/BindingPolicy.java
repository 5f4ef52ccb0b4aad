package uruk.materialization;

/** How an object's calls of other objects' functions are bound. */
public enum BindingPolicy {
  /** Every call goes through the function's entry: one store switches all callers. */
  STUB,
  /**
   * A branch leads directly to the code where its field lies within one aligned 8-byte word, and is
   * rewritten by one store when the function is replaced; all others go through the entry.
   */
  PATCH
}
