package uruk.jitlink.graph;

import org.jspecify.annotations.Nullable;

/**
 * One line of a target's relocation table: what a relocation number of an object-file format means.
 * Each target's table is one enum whose constants have the psABI's names.
 */
public interface Relocation {

  /** {@return the number in the object file} */
  int number();

  /** {@return the name in the psABI, for example {@code R_X86_64_PC32}} */
  String name();

  /**
   * {@return the kind of the edge that this relocation becomes; null if the relocation is known but
   * means nothing (NONE)}
   */
  @Nullable EdgeKind edgeKind();

  /** {@return how the relocation's addend becomes the edge's} */
  AddendRule addendRule();

  /**
   * {@return why the relocation is refused, as a sentence's end such as {@code "thread-local
   * storage is not supported yet"}; null if it is supported}
   */
  @Nullable String refusal();
}
