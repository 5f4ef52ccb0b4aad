package uruk.jitlink.graph;

import org.jspecify.annotations.Nullable;

/**
 * What a relocation number of an object-file format means: an edge, nothing, or a refusal.
 *
 * @param number the number in the object file
 * @param edgeKind the kind of the edge that the relocation becomes; null if it means nothing or is
 *     refused
 * @param addendRule how the relocation's addend becomes the edge's
 * @param refusal why the relocation is refused and what helps, as sentences; null if it is linked
 */
public record RelocationRule(
    int number, @Nullable EdgeKind edgeKind, AddendRule addendRule, @Nullable String refusal) {

  /** Why the relocations are refused that linkers write for the system's dynamic linker. */
  public static final String DYNAMIC =
      "It belongs into linked programs and libraries, not into a relocatable object file.";

  /** {@return the rule of a relocation that becomes an edge} */
  public static RelocationRule edge(int number, EdgeKind edgeKind, AddendRule addendRule) {
    return new RelocationRule(number, edgeKind, addendRule, null);
  }

  /** {@return the rule of a relocation that is known and means nothing (NONE)} */
  public static RelocationRule nothing(int number) {
    return new RelocationRule(number, null, AddendRule.AS_IS, null);
  }

  /** {@return the rule of a relocation that is not linked, for this reason} */
  public static RelocationRule refused(int number, String reason) {
    return new RelocationRule(number, null, AddendRule.AS_IS, reason);
  }
}
