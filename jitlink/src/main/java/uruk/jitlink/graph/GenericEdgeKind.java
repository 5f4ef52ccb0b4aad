package uruk.jitlink.graph;

/** Edge kinds that every target has. */
public enum GenericEdgeKind implements EdgeKind {
  /** No valid edge. */
  INVALID("INVALID RELOCATION"),
  /** Keeps its target alive as long as its block is; fixes nothing up. */
  KEEP_ALIVE("Keep-Alive");

  private final String llvmName;

  GenericEdgeKind(String llvmName) {
    this.llvmName = llvmName;
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // the code is the place in the table, by definition
  public int code() {
    return ordinal();
  }

  @Override
  public String llvmName() {
    return llvmName;
  }

  @Override
  public Formula formula() {
    return Formula.NONE;
  }

  @Override
  public Field field() {
    return Field.NONE;
  }
}
