package uruk.jitlink.graph;

/**
 * How the value of a fix-up is computed, in the terms of LLVM's edge documentation: {@code Target}
 * is the address of the edge's target symbol, {@code Fixup} the address of the place that is fixed
 * up, {@code Addend} the edge's addend, {@code Size} the target symbol's size, {@code GOT} the
 * address of the graph's global offset table, and {@code Page} the address of the 4 KiB page of an
 * address.
 */
public enum Formula {
  /** No value: edges of such a kind are no fix-ups, or must be rewritten before fix-up. */
  NONE("none"),
  /** The target's address. */
  POINTER("Target + Addend"),
  /** Distance from the fix-up to the target. */
  DELTA("Target - Fixup + Addend"),
  /** Distance to the target from the end of a four-byte field, where the next instruction is. */
  DELTA_FROM_NEXT("Target - (Fixup + 4) + Addend"),
  /** Distance from the target back to the fix-up. */
  NEGATIVE_DELTA("Fixup - Target + Addend"),
  /** The target's size. */
  SIZE("Size + Addend"),
  /** Distance from the global offset table to the target. */
  DELTA_FROM_GOT("Target - GOT + Addend"),
  /**
   * Distance from the fix-up's page to the target's; a page is 4 KiB here, whatever memory's is.
   */
  PAGE_DELTA("Page(Target + Addend) - Page(Fixup)"),
  /** The target's place in its page. */
  PAGE_OFFSET("(Target + Addend) & 0xfff"),
  /** Distance to the target from the page in which the global offset table begins. */
  DELTA_FROM_GOT_PAGE("Target + Addend - Page(GOT)");

  private static final long PAGE_MASK = -0x1000;

  private final String text;

  Formula(String text) {
    this.text = text;
  }

  /**
   * Computes the value to be stored; what a formula does not mention is ignored. Arithmetic wraps
   * around at 64 bits.
   *
   * @param target address of the target symbol
   * @param fixup address of the fix-up
   * @param addend the edge's addend
   * @param size size of the target symbol in bytes
   * @param got address of the global offset table
   * @return the value
   * @throws IllegalStateException if this is {@link #NONE}
   */
  public long evaluate(long target, long fixup, long addend, long size, long got) {
    return switch (this) {
      case POINTER -> target + addend;
      case DELTA -> target - fixup + addend;
      case DELTA_FROM_NEXT -> target - (fixup + 4) + addend;
      case NEGATIVE_DELTA -> fixup - target + addend;
      case SIZE -> size + addend;
      case DELTA_FROM_GOT -> target - got + addend;
      case PAGE_DELTA -> (target + addend & PAGE_MASK) - (fixup & PAGE_MASK);
      case PAGE_OFFSET -> target + addend & ~PAGE_MASK;
      case DELTA_FROM_GOT_PAGE -> target + addend - (got & PAGE_MASK);
      case NONE -> throw new IllegalStateException("an edge without formula has no value");
    };
  }

  /** {@return the formula as text, for example {@code Target - Fixup + Addend}} */
  @Override
  public String toString() {
    return text;
  }
}
