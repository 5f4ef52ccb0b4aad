package uruk.jitlink;

import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;

/** The value of a fix-up is not a multiple of what its field can hold. */
public final class FixupAlignmentException extends LinkException {
  private static final long serialVersionUID = 1;

  private final long fixupAddress;
  private final long value;
  private final int alignment;

  /**
   * Describes a fix-up.
   *
   * @param block holds the fix-up
   * @param edge the fix-up
   * @param value what is not aligned
   */
  public FixupAlignmentException(Block block, Edge edge, long value) {
    super(text(block, edge, value));
    this.fixupAddress = block.address() + edge.offset();
    this.value = value;
    this.alignment = edge.kind().field().alignment();
  }

  /** {@return the address of the place to be fixed up} */
  public long fixupAddress() {
    return fixupAddress;
  }

  /** {@return the value that is not aligned} */
  public long value() {
    return value;
  }

  /** {@return the number of bytes that the value must be a multiple of} */
  public int alignment() {
    return alignment;
  }

  private static String text(Block block, Edge edge, long value) {
    return "In graph %s, section %s: 0x%x improper alignment for relocation %s: 0x%x is not aligned to %d bytes (target %s, addend %d). %s"
        .formatted(
            block.file(),
            block.section().name(),
            block.address() + edge.offset(),
            edge.kind().llvmName(),
            value,
            edge.kind().field().alignment(),
            edge.target().hasName() ? edge.target().name() : "<anonymous symbol>",
            edge.addend(),
            "Align the target's definition.");
  }
}
