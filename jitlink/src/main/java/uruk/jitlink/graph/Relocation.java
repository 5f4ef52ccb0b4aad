package uruk.jitlink.graph;

import org.jspecify.annotations.Nullable;

/**
 * One line of a target's relocation table: what a relocation number of an object-file format means.
 * Each target's table is one enum whose constants have the psABI's names.
 */
public interface Relocation {

  /** {@return the name in the psABI, for example {@code R_X86_64_PC32}} */
  String name();

  /** {@return what the relocation's number means} */
  RelocationRule rule();

  /** {@return the number in the object file} */
  default int number() {
    return rule().number();
  }

  /**
   * {@return the kind of the edge that this relocation becomes; null if the relocation means
   * nothing (NONE) or is refused}
   */
  default @Nullable EdgeKind edgeKind() {
    return rule().edgeKind();
  }

  /** {@return how the relocation's addend becomes the edge's} */
  default AddendRule addendRule() {
    return rule().addendRule();
  }

  /** {@return why the relocation is refused, as sentences; null if it is linked} */
  default @Nullable String refusal() {
    return rule().refusal();
  }
}
