package uruk.jitlink.aarch64;

import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Field.Piece;
import uruk.jitlink.graph.Field.Range;

/** The immediate operands of instructions (Arm Architecture Reference Manual, chapter C4.1). */
final class AArch64Field {
  private static final int INSTRUCTION = 4;

  /** imm26 of b and bl: a distance in words. */
  static final Field BRANCH26 =
      Field.instruction(28, INSTRUCTION, Range.SIGNED, new Piece(2, 26, 0));

  /** imm19 of b.cond, cbz, cbnz and literal loads: a distance in words. */
  static final Field WORDS19 =
      Field.instruction(21, INSTRUCTION, Range.SIGNED, new Piece(2, 19, 5));

  /** imm14 of tbz and tbnz: a distance in words. */
  static final Field WORDS14 =
      Field.instruction(16, INSTRUCTION, Range.SIGNED, new Piece(2, 14, 5));

  /** immlo and immhi of adr: a distance in bytes. */
  static final Field ADR21 =
      Field.instruction(21, 1, Range.SIGNED, new Piece(0, 2, 29), new Piece(2, 19, 5));

  /** immlo and immhi of adrp: a distance in pages. */
  static final Field PAGES21 = pages(Range.SIGNED);

  /** As {@link #PAGES21}, unchecked. */
  static final Field PAGES21_UNCHECKED = pages(Range.ANY);

  /** The scaled imm12 of loads and stores through the table's page: 15 bits in steps of 8. */
  static final Field TABLE_OFFSET15 =
      Field.instruction(15, 8, Range.UNSIGNED, new Piece(3, 12, 10));

  private AArch64Field() {}

  private static Field pages(Range range) {
    return Field.instruction(33, 1, range, new Piece(12, 2, 29), new Piece(14, 19, 5));
  }

  /**
   * imm12 of add, loads and stores.
   *
   * @param scale the logarithm of the number of bytes that the operand is counted in
   */
  static Field offset12(int scale) {
    return Field.instruction(12, 1 << scale, Range.UNSIGNED, new Piece(scale, 12, 10));
  }

  /**
   * imm16 of movz, movk and movn.
   *
   * @param group which 16 bits of the value the instruction has, counted from the lowest
   * @param range {@link Range#UNSIGNED} if the bits above must be zero
   */
  static Field moveWide(int group, Range range) {
    return Field.instruction(16 * (group + 1), 1, range, new Piece(16 * group, 16, 5));
  }
}
