package uruk.jitlink.graph;

/**
 * Bits of {@link Symbol#targetFlags()}. The low four are properties that every target shares; a
 * target may give the others a meaning of its own.
 */
public final class TargetFlags {
  /** The symbol is a thread-local variable: its value is an offset, not an address. */
  public static final int THREAD_LOCAL = 1;

  /** The symbol's code returns the address of the function that is meant (STT_GNU_IFUNC). */
  public static final int INDIRECT_FUNCTION = 1 << 1;

  /** The first bit that a target may use as it likes. */
  public static final int FIRST_TARGET_SPECIFIC = 1 << 4;

  private TargetFlags() {}
}
