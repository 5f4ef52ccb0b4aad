package uruk.jitlink.graph;

import java.util.List;

/**
 * All edge kinds of one target by code: the generic ones and the target's own. Immutable; a target
 * makes it once.
 */
public final class EdgeKindTable {
  private final EdgeKind[] kinds;

  // The same as columns, for hot loops.
  private final Formula[] formulas;
  private final Field[] fields;
  private final int[] fieldSizes;
  private final long[] minima;
  private final long[] maxima;

  private EdgeKindTable(EdgeKind[] kinds) {
    this.kinds = kinds;
    int count = kinds.length;
    formulas = new Formula[count];
    fields = new Field[count];
    fieldSizes = new int[count];
    minima = new long[count];
    maxima = new long[count];
    for (int code = 0; code < count; code++) {
      Field field = kinds[code].field();
      formulas[code] = kinds[code].formula();
      fields[code] = field;
      fieldSizes[code] = field.size();
      minima[code] = field.size() == 0 ? 0 : field.minimum();
      maxima[code] = field.size() == 0 ? 0 : field.maximum();
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

  /** {@return the formula of the kind with a code} */
  public Formula formula(int code) {
    return formulas[code];
  }

  /** {@return the field of the kind with a code} */
  public Field field(int code) {
    return fields[code];
  }

  /** {@return the bytes of the field of the kind with a code; 0 if it is no fix-up} */
  public int fieldSize(int code) {
    return fieldSizes[code];
  }

  /** {@return whether a value can be stored by the kind with a code; see {@link Field#holds}} */
  public boolean holds(int code, long value) {
    // Nearly all values are between the bounds; what a field cuts off is not.
    return (value >= minima[code] && value <= maxima[code]) || fields[code].holds(value);
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
