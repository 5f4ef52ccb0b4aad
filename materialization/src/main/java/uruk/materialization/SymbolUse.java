package uruk.materialization;

import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.EdgeKind;

/**
 * A place that refers to a symbol of another object.
 *
 * @param symbol what is referred to
 * @param user the object that refers to it
 * @param inside the nearest symbol at or before the place that the user defines for others; null if
 *     there is none
 * @param offset of the place from that symbol, in bytes; without one from the user's memory
 * @param site the place's address; 0 for a thread-local variable, whose address is nowhere
 * @param kind what is stored there
 */
public record SymbolUse(
    String symbol,
    LinkedObject user,
    @Nullable String inside,
    long offset,
    long site,
    EdgeKind kind) {

  /** {@return for example {@code main.o: main+0x5 (BranchPCRel32)}} */
  @Override
  public String toString() {
    return "%s: %s+0x%x (%s)"
        .formatted(user, inside == null ? "its memory" : inside, offset, kind.llvmName());
  }
}
