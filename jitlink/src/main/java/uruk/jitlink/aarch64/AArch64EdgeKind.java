package uruk.jitlink.aarch64;

import static uruk.jitlink.aarch64.AArch64Field.moveWide;
import static uruk.jitlink.aarch64.AArch64Field.offset12;

import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Field.Range;
import uruk.jitlink.graph.Formula;

/**
 * The edge kinds of AArch64, with LLVM's names where LLVM has the kind
 * (llvm/ExecutionEngine/JITLink/aarch64.h); where LLVM looks at the instruction to learn more,
 * several kinds share its name. The {@code REQUEST_…} kinds have no value: {@link
 * AArch64#buildTables} makes what they request and turns them into the kind that their name ends
 * with.
 */
@SuppressWarnings("ImmutableEnumChecker") // a Field is an immutable record
public enum AArch64EdgeKind implements EdgeKind {
  /** A 64-bit pointer. */
  POINTER64("Pointer64", Formula.POINTER, Field.WORD64),
  /** A 32-bit pointer, or a number of 32 bits of either sign. */
  POINTER32("Pointer32", Formula.POINTER, Field.EITHER32),
  /** A 16-bit pointer, or a number of 16 bits of either sign. */
  POINTER16("Pointer16", Formula.POINTER, Field.EITHER16),
  /** A 64-bit distance from the fix-up. */
  DELTA64("Delta64", Formula.DELTA, Field.WORD64),
  /** A 32-bit distance from the fix-up. */
  DELTA32("Delta32", Formula.DELTA, Field.SIGNED32),
  /** A 16-bit distance from the fix-up. */
  DELTA16("Delta16", Formula.DELTA, Field.SIGNED16),
  /** A 64-bit distance back to the fix-up. */
  NEG_DELTA64("NegDelta64", Formula.NEGATIVE_DELTA, Field.WORD64),
  /** A 32-bit distance back to the fix-up. */
  NEG_DELTA32("NegDelta32", Formula.NEGATIVE_DELTA, Field.SIGNED32),
  /** The operand of {@code b} or {@code bl}. */
  BRANCH26_PC_REL("Branch26PCRel", Formula.DELTA, AArch64Field.BRANCH26),
  /**
   * A {@code b} or {@code bl} to a stub that is bypassed if the stub's target is in reach. LLVM
   * does not tell it from the kind above.
   */
  BRANCH26_TO_STUB_BYPASSABLE("Branch26PCRel", Formula.DELTA, AArch64Field.BRANCH26),
  /** A 32-bit distance to code, which a stub may stand for. */
  BRANCH_DELTA32("Delta32", Formula.DELTA, Field.SIGNED32),
  /** The operand of {@code tbz} or {@code tbnz}. */
  TEST_AND_BRANCH14_PC_REL("TestAndBranch14PCRel", Formula.DELTA, AArch64Field.WORDS14),
  /** The operand of {@code b.cond}, {@code cbz} or {@code cbnz}. */
  COND_BRANCH19_PC_REL("CondBranch19PCRel", Formula.DELTA, AArch64Field.WORDS19),
  /** The only 16 bits of an address. */
  MOVE_WIDE16_G0("MoveWide16", Formula.POINTER, moveWide(0, Range.UNSIGNED)),
  /** The lowest 16 bits of an address. */
  MOVE_WIDE16_G0_UNCHECKED("MoveWide16", Formula.POINTER, moveWide(0, Range.ANY)),
  /** The upper 16 bits of an address of 32. */
  MOVE_WIDE16_G1("MoveWide16", Formula.POINTER, moveWide(1, Range.UNSIGNED)),
  /** Bits 16 to 31 of an address. */
  MOVE_WIDE16_G1_UNCHECKED("MoveWide16", Formula.POINTER, moveWide(1, Range.ANY)),
  /** The upper 16 bits of an address of 48. */
  MOVE_WIDE16_G2("MoveWide16", Formula.POINTER, moveWide(2, Range.UNSIGNED)),
  /** Bits 32 to 47 of an address. */
  MOVE_WIDE16_G2_UNCHECKED("MoveWide16", Formula.POINTER, moveWide(2, Range.ANY)),
  /** The upper 16 bits of an address. */
  MOVE_WIDE16_G3("MoveWide16", Formula.POINTER, moveWide(3, Range.ANY)),
  /** The operand of a load from a literal. */
  LDR_LITERAL19("LDRLiteral19", Formula.DELTA, AArch64Field.WORDS19),
  /** The operand of {@code adr}. */
  ADR_LITERAL21("ADRLiteral21", Formula.DELTA, AArch64Field.ADR21),
  /** The operand of {@code adrp}. */
  PAGE21("Page21", Formula.PAGE_DELTA, AArch64Field.PAGES21),
  /** The operand of {@code adrp} whose upper bits another instruction adds. */
  PAGE21_UNCHECKED("Page21", Formula.PAGE_DELTA, AArch64Field.PAGES21_UNCHECKED),
  /** The operand of {@code add}, and of loads and stores of single bytes. */
  PAGE_OFFSET12("PageOffset12", Formula.PAGE_OFFSET, offset12(0)),
  /** The operand of loads and stores of 16 bits. */
  PAGE_OFFSET12_OF_16("PageOffset12", Formula.PAGE_OFFSET, offset12(1)),
  /** The operand of loads and stores of 32 bits. */
  PAGE_OFFSET12_OF_32("PageOffset12", Formula.PAGE_OFFSET, offset12(2)),
  /** The operand of loads and stores of 64 bits. */
  PAGE_OFFSET12_OF_64("PageOffset12", Formula.PAGE_OFFSET, offset12(3)),
  /** The operand of loads and stores of 128 bits. */
  PAGE_OFFSET12_OF_128("PageOffset12", Formula.PAGE_OFFSET, offset12(4)),
  /** A table entry's place, counted from the page in which the table begins. */
  GOT_PAGE_OFFSET15("GotPageOffset15", Formula.DELTA_FROM_GOT_PAGE, AArch64Field.TABLE_OFFSET15),
  /** The {@code adrp} of a table entry's load, which may do without the entry. */
  PAGE21_OF_GOT_LOAD("Page21", Formula.PAGE_DELTA, AArch64Field.PAGES21),
  /** The load from a table entry, which may do without the entry. */
  PAGE_OFFSET12_OF_GOT_LOAD("PageOffset12", Formula.PAGE_OFFSET, offset12(3)),
  /** Asks for a table entry and its page. */
  REQUEST_GOT_AND_TRANSFORM_TO_PAGE21(
      "RequestGOTAndTransformToPage21", Formula.NONE, AArch64Field.PAGES21),
  /** Asks for a table entry and its place in its page. */
  REQUEST_GOT_AND_TRANSFORM_TO_PAGE_OFFSET12(
      "RequestGOTAndTransformToPageOffset12", Formula.NONE, offset12(3)),
  /** Asks for a table entry and its place from the page in which the table begins. */
  REQUEST_GOT_AND_TRANSFORM_TO_PAGE_OFFSET15(
      "RequestGOTAndTransformToPageOffset15", Formula.NONE, AArch64Field.TABLE_OFFSET15),
  /** Asks for a table entry and its distance. */
  REQUEST_GOT_AND_TRANSFORM_TO_DELTA32(
      "RequestGOTAndTransformToDelta32", Formula.NONE, Field.SIGNED32),
  /** Asks for a thread-local variable's descriptor and its page. */
  REQUEST_TLS_DESCRIPTOR_PAGE21(
      "RequestTLSDescEntryAndTransformToPage21", Formula.NONE, AArch64Field.PAGES21),
  /** Asks for a thread-local variable's descriptor, for {@code add}. */
  REQUEST_TLS_DESCRIPTOR_PAGE_OFFSET12(
      "RequestTLSDescEntryAndTransformToPageOffset12", Formula.NONE, offset12(0)),
  /** Asks for a thread-local variable's descriptor, for a load of its first word. */
  REQUEST_TLS_DESCRIPTOR_PAGE_OFFSET12_OF_64(
      "RequestTLSDescEntryAndTransformToPageOffset12", Formula.NONE, offset12(3)),
  /**
   * Asks for a word with a thread-local variable's distance from the thread pointer, and its page.
   */
  REQUEST_TLS_OFFSET_PAGE21(
      "RequestTLSOffsetInGOTAndTransformToPage21", Formula.NONE, AArch64Field.PAGES21),
  /**
   * Asks for a word with a thread-local variable's distance from the thread pointer, for its load.
   */
  REQUEST_TLS_OFFSET_PAGE_OFFSET12(
      "RequestTLSOffsetInGOTAndTransformToPageOffset12", Formula.NONE, offset12(3));

  private final String llvmName;
  private final Formula formula;
  private final Field field;

  AArch64EdgeKind(String llvmName, Formula formula, Field field) {
    this.llvmName = llvmName;
    this.formula = formula;
    this.field = field;
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // the code is the place in the table, by definition
  public int code() {
    return FIRST_RELOCATION + ordinal();
  }

  @Override
  public String llvmName() {
    return llvmName;
  }

  @Override
  public Formula formula() {
    return formula;
  }

  @Override
  public Field field() {
    return field;
  }
}
