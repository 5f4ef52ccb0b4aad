package uruk.jitlink.graph;

import org.jspecify.annotations.Nullable;

/** A target's relocations by their numbers. */
public final class RelocationNumbers {

  private final @Nullable Relocation[] byNumber;

  private RelocationNumbers(@Nullable Relocation[] byNumber) {
    this.byNumber = byNumber;
  }

  /**
   * {@return the relocations, to be found by number}
   *
   * @param relocations a target's table, in the order of the numbers
   */
  public static RelocationNumbers of(Relocation[] relocations) {
    int last = relocations[relocations.length - 1].number();
    @Nullable Relocation[] byNumber = new Relocation[last + 1];
    for (Relocation relocation : relocations) {
      byNumber[relocation.number()] = relocation;
    }
    return new RelocationNumbers(byNumber);
  }

  /** {@return the relocation of this number; null if the table has none} */
  public @Nullable Relocation find(int number) {
    return number >= 0 && number < byNumber.length ? byNumber[number] : null;
  }
}
