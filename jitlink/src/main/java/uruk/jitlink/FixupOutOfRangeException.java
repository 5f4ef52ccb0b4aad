package uruk.jitlink;

import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.Symbol;

/** The value of a fix-up does not fit into its field. */
public final class FixupOutOfRangeException extends LinkException {
  private static final long serialVersionUID = 1;

  private final long fixupAddress;
  private final long targetAddress;
  private final long addend;
  private final long value;

  /**
   * Describes a fix-up.
   *
   * @param block holds the fix-up
   * @param edge the fix-up
   * @param value what does not fit
   */
  public FixupOutOfRangeException(Block block, Edge edge, long value) {
    super(text(block, edge, value));
    this.fixupAddress = block.address() + edge.offset();
    this.targetAddress = edge.target().address();
    this.addend = edge.addend();
    this.value = value;
  }

  /** {@return the address of the place to be fixed up} */
  public long fixupAddress() {
    return fixupAddress;
  }

  /** {@return the address of the target symbol} */
  public long targetAddress() {
    return targetAddress;
  }

  /** {@return the edge's addend} */
  public long addend() {
    return addend;
  }

  /** {@return the value that does not fit} */
  public long value() {
    return value;
  }

  private static String text(Block block, Edge edge, long value) {
    EdgeKind kind = edge.kind();
    return "In graph %s, section %s: relocation target %s at address 0x%x (%s) is out of range of %s fixup at address 0x%x (%s + 0x%x): %s = %d does not fit %s [%d, %d] (addend %d%s). %s"
        .formatted(
            block.file(),
            block.section().name(),
            quoted(edge.target()),
            edge.target().address(),
            edge.target(),
            kind.llvmName(),
            block.address() + edge.offset(),
            placeName(block, edge.offset()),
            edge.offset(),
            kind.formula(),
            value,
            kind.field(),
            kind.field().minimum(),
            kind.field().maximum(),
            edge.addend(),
            relocation(block, kind),
            "Recompile with -fPIC, or define the target near this code.");
  }

  private static String relocation(Block block, EdgeKind kind) {
    Relocation relocation = block.section().graph().target().elfRelocation(kind);
    return relocation == null ? "" : ", relocation " + relocation.name();
  }

  private static String quoted(Symbol symbol) {
    return symbol.hasName() ? "\"" + symbol.name() + "\"" : "<anonymous symbol>";
  }

  private static String placeName(Block block, int offset) {
    for (Symbol symbol : block.section().symbols()) {
      if (symbol.block() == block
          && symbol.hasName()
          && symbol.offset() <= offset
          && offset < symbol.offset() + symbol.size()) {
        return symbol.name();
      }
    }
    return block.section().name();
  }
}
