package uruk.jitlink.graph;

/**
 * What an edge means: a formula for a value and the field that receives it. Each target's kinds are
 * one enum that implements this interface; the generic ones are in {@link GenericEdgeKind}.
 */
public interface EdgeKind {

  /** The code of a target's first own kind; lower codes belong to {@link GenericEdgeKind}. */
  int FIRST_RELOCATION = 2;

  /**
   * {@return the number of this kind, unique among its target's kinds and at most 255} An enum
   * returns {@code FIRST_RELOCATION + ordinal()}.
   */
  int code();

  /** {@return the name under which LLVM prints this kind, for example {@code Delta32}} */
  String llvmName();

  /** {@return how the value is computed} */
  Formula formula();

  /** {@return where the value is stored and which values fit} */
  Field field();
}
