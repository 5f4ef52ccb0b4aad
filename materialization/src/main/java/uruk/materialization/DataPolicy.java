package uruk.materialization;

/** What becomes of an object's variables when the object is replaced. */
public enum DataPolicy {
  /** The new version's variables begin with their initial values; references are led to them. */
  REINITIALISE,
  /**
   * Variables that old and new version define for others stay where they are, with their values.
   * Size and alignment must agree. Variables that are new, or local to the file, begin with their
   * initial values.
   */
  KEEP
}
