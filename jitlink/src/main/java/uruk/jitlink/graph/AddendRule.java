package uruk.jitlink.graph;

/**
 * What is added to a relocation's addend to make it the edge's, because LLVM's edge kind counts
 * from elsewhere than the psABI's relocation.
 */
public enum AddendRule {
  /** The relocation's addend is the edge's. */
  AS_IS(0),
  /** The relocation counts from its field, the edge from the end of its four bytes. */
  FROM_NEXT(4);

  private final int adjustment;

  AddendRule(int adjustment) {
    this.adjustment = adjustment;
  }

  /** {@return what to add to the relocation's addend} */
  public int adjustment() {
    return adjustment;
  }
}
