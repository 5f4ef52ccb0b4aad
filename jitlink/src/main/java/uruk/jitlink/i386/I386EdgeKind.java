package uruk.jitlink.i386;

import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Formula;

/**
 * The edge kinds of i386, with LLVM's names where LLVM has the kind
 * (llvm/ExecutionEngine/JITLink/x86.h). The {@code REQUEST_…} kinds have no value: {@link
 * I386#buildTables} makes what they request and turns them into the kind that their name ends with.
 */
@SuppressWarnings("ImmutableEnumChecker") // a Field is an immutable record
public enum I386EdgeKind implements EdgeKind {
  /** A pointer. */
  POINTER32("Pointer32", Formula.POINTER, Field.WORD32),
  /** A distance from the fix-up. */
  PC_REL32("PCRel32", Formula.DELTA, Field.WORD32),
  /** A 16-bit pointer. The field holds the addend, which may be negative. */
  POINTER16("Pointer16", Formula.POINTER, Field.EITHER16),
  /** A 16-bit distance from the fix-up. */
  PC_REL16("PCRel16", Formula.DELTA, Field.SIGNED16),
  /** An 8-bit pointer. The field holds the addend, which may be negative. */
  POINTER8("Pointer8", Formula.POINTER, Field.EITHER8),
  /** An 8-bit distance from the fix-up. */
  PC_REL8("PCRel8", Formula.DELTA, Field.SIGNED8),
  /** A distance from the fix-up, to the global offset table for example. */
  DELTA32("Delta32", Formula.DELTA, Field.WORD32),
  /** A distance back to the fix-up. */
  NEG_DELTA32("NegDelta32", Formula.NEGATIVE_DELTA, Field.WORD32),
  /** The size of the target. */
  SIZE32("Size32", Formula.SIZE, Field.WORD32),
  /** A distance from the global offset table. */
  DELTA32_FROM_GOT("Delta32FromGOT", Formula.DELTA_FROM_GOT, Field.WORD32),
  /** Asks for a table entry and its place in the table. */
  REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT(
      "RequestGOTAndTransformToDelta32FromGOT", Formula.NONE, Field.WORD32),
  /** Asks for a table entry and its address. */
  REQUEST_GOT_AND_TRANSFORM_TO_POINTER32(
      "RequestGOTAndTransformToPointer32", Formula.NONE, Field.WORD32),
  /**
   * Asks for a table entry for an instruction whose operand has a base register, or has none: the
   * former gets the entry's place in the table, the latter its address.
   */
  REQUEST_GOT_OPERAND("RequestGOTOperand", Formula.NONE, Field.WORD32),
  /** The operand of a call or jump. */
  BRANCH_PC_REL32("BranchPCRel32", Formula.DELTA, Field.WORD32),
  /** A call or jump to a stub that must be gone through. */
  BRANCH_PC_REL32_TO_PTR_JUMP_STUB("BranchPCRel32ToPtrJumpStub", Formula.DELTA, Field.WORD32),
  /** A call or jump to a stub that is bypassed if the stub's target is in reach. */
  BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE(
      "BranchPCRel32ToPtrJumpStubBypassable", Formula.DELTA, Field.WORD32);

  private final String llvmName;
  private final Formula formula;
  private final Field field;

  I386EdgeKind(String llvmName, Formula formula, Field field) {
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
