package uruk.jitlink.graph;

/**
 * The protection of a section's memory once it is finalized. The order of the constants is the
 * order of segments in memory.
 */
public enum MemProt {
  /** Read-only data. */
  READ("R--"),
  /** Writable data. */
  READ_WRITE("RW-"),
  /** Code. */
  READ_EXEC("R-X");

  private final String text;

  MemProt(String text) {
    this.text = text;
  }

  /** {@return whether the memory may be written after finalization} */
  public boolean writable() {
    return this == READ_WRITE;
  }

  /** {@return whether the memory may be executed after finalization} */
  public boolean executable() {
    return this == READ_EXEC;
  }

  /** {@return the protection as three letters, for example {@code R-X}} */
  @Override
  public String toString() {
    return text;
  }
}
