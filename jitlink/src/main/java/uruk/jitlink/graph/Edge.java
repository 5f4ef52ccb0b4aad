package uruk.jitlink.graph;

/**
 * One edge, as a value: a snapshot of what {@link Edges} holds, for code that is not hot.
 *
 * @param kind what the edge means
 * @param offset bytes from the beginning of the block to the fix-up
 * @param target the symbol that the edge points to
 * @param addend the constant of the kind's formula
 */
public record Edge(EdgeKind kind, int offset, Symbol target, long addend) {

  /** {@return whether the edge is a fix-up (anything but keep-alive)} */
  public boolean relocation() {
    return kind.code() >= EdgeKind.FIRST_RELOCATION;
  }
}
