package uruk.jitlink.graph;

import java.util.List;

/**
 * All edge kinds of one target by code: the generic ones and the target's own. Immutable; a target
 * makes it once.
 */
public final class EdgeKindTable {
  private final EdgeKind[] kinds;
  private final Formula[] formulas;
  private final Field[] fields;

  private EdgeKindTable(EdgeKind[] kinds) {
    this.kinds = kinds;
    formulas = new Formula[kinds.length];
    fields = new Field[kinds.length];
    for (int code = 0; code < kinds.length; code++) {
      formulas[code] = kinds[code].formula();
      fields[code] = kinds[code].field();
    }
  }

  /**
   * Makes the table of the generic kinds and the given ones.
   *
   * @param targetKinds the target's kinds, in the order of their codes, which begin with {@link
   *     EdgeKind#FIRST_RELOCATION} and leave no gap
   * @throws IllegalArgumentException if codes are not so
   */
  public static EdgeKindTable of(List<? extends EdgeKind> targetKinds) {
    EdgeKind[] generic = GenericEdgeKind.values();
    EdgeKind[] kinds = new EdgeKind[generic.length + targetKinds.size()];
    System.arraycopy(generic, 0, kinds, 0, generic.length);
    for (int i = 0; i < targetKinds.size(); i++) {
      EdgeKind kind = targetKinds.get(i);
      if (kind.code() != generic.length + i || kind.code() > 255) {
        throw new IllegalArgumentException("edge kind " + kind + " has code " + kind.code());
      }
      kinds[kind.code()] = kind;
    }
    return new EdgeKindTable(kinds);
  }

  /** {@return the number of kinds; codes are below it} */
  public int size() {
    return kinds.length;
  }

  /** {@return the kind with a code} */
  public EdgeKind kind(int code) {
    return kinds[code];
  }

  /** {@return a copy of the formulas by code} */
  public Formula[] formulas() {
    return formulas.clone();
  }

  /** {@return a copy of the fields by code} */
  public Field[] fields() {
    return fields.clone();
  }

  /** {@return whether this is one of the table's kinds} */
  public boolean contains(EdgeKind kind) {
    int code = kind.code();
    return code < kinds.length && kinds[code].equals(kind);
  }

  /** {@return all kinds in the order of their codes} */
  public List<EdgeKind> kinds() {
    return List.of(kinds);
  }
}
