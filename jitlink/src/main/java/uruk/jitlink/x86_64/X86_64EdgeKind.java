package uruk.jitlink.x86_64;

import com.google.common.collect.Sets;
import java.util.EnumSet;
import java.util.Set;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Formula;

/**
 * The edge kinds of x86-64, with LLVM's names (llvm/ExecutionEngine/JITLink/x86_64.h). The {@code
 * REQUEST_…} kinds have no value: {@link X86_64#buildTables} makes what they request and turns them
 * into the kind that their name ends with.
 */
@SuppressWarnings("ImmutableEnumChecker") // a Field is an immutable record
public enum X86_64EdgeKind implements EdgeKind {
  /** A 64-bit pointer. */
  POINTER64("Pointer64", Formula.POINTER, Field.WORD64),
  /** A 32-bit pointer, zero-extended by its reader. */
  POINTER32("Pointer32", Formula.POINTER, Field.UNSIGNED32),
  /** A 32-bit pointer, sign-extended by its reader. */
  POINTER32_SIGNED("Pointer32Signed", Formula.POINTER, Field.SIGNED32),
  /** A 16-bit pointer. */
  POINTER16("Pointer16", Formula.POINTER, Field.UNSIGNED16),
  /** An 8-bit pointer. */
  POINTER8("Pointer8", Formula.POINTER, Field.UNSIGNED8),
  /** A 64-bit distance from the fix-up. */
  DELTA64("Delta64", Formula.DELTA, Field.WORD64),
  /** A 32-bit distance from the fix-up. */
  DELTA32("Delta32", Formula.DELTA, Field.SIGNED32),
  /** A 16-bit distance from the fix-up. */
  DELTA16("Delta16", Formula.DELTA, Field.SIGNED16),
  /** An 8-bit distance from the fix-up. */
  DELTA8("Delta8", Formula.DELTA, Field.SIGNED8),
  /** A 64-bit distance back to the fix-up. */
  NEG_DELTA64("NegDelta64", Formula.NEGATIVE_DELTA, Field.WORD64),
  /** A 32-bit distance back to the fix-up. */
  NEG_DELTA32("NegDelta32", Formula.NEGATIVE_DELTA, Field.SIGNED32),
  /** The 64-bit size of the target. */
  SIZE64("Size64", Formula.SIZE, Field.WORD64),
  /** The 32-bit size of the target. */
  SIZE32("Size32", Formula.SIZE, Field.UNSIGNED32),
  /** A 64-bit distance from the global offset table. */
  DELTA64_FROM_GOT("Delta64FromGOT", Formula.DELTA_FROM_GOT, Field.WORD64),
  /** A 32-bit distance from the global offset table. */
  DELTA32_FROM_GOT("Delta32FromGOT", Formula.DELTA_FROM_GOT, Field.SIGNED32),
  /** The operand of a call or jump. */
  BRANCH_PC_REL32("BranchPCRel32", Formula.DELTA_FROM_NEXT, Field.SIGNED32),
  /** The operand of an instruction that addresses memory relative to its end. */
  PC_REL32("PCRel32", Formula.DELTA_FROM_NEXT, Field.SIGNED32),
  /** A call or jump to a stub that must be gone through. */
  BRANCH_PC_REL32_TO_PTR_JUMP_STUB(
      "BranchPCRel32ToPtrJumpStub", Formula.DELTA_FROM_NEXT, Field.SIGNED32),
  /** A call or jump to a stub that is bypassed if the stub's target is in reach. */
  BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE(
      "BranchPCRel32ToPtrJumpStubBypassable", Formula.DELTA_FROM_NEXT, Field.SIGNED32),
  /** An instruction without REX prefix that reads a table entry and could do without. */
  PC_REL32_GOT_LOAD_RELAXABLE("PCRel32GOTLoadRelaxable", Formula.DELTA_FROM_NEXT, Field.SIGNED32),
  /** An instruction with REX prefix that reads a table entry and could do without. */
  PC_REL32_GOT_LOAD_REX_RELAXABLE(
      "PCRel32GOTLoadREXRelaxable", Formula.DELTA_FROM_NEXT, Field.SIGNED32),
  /** Asks for a table entry and its 32-bit distance. */
  REQUEST_GOT_AND_TRANSFORM_TO_DELTA32(
      "RequestGOTAndTransformToDelta32", Formula.NONE, Field.SIGNED32),
  /** Asks for a table entry and its 64-bit distance. */
  REQUEST_GOT_AND_TRANSFORM_TO_DELTA64(
      "RequestGOTAndTransformToDelta64", Formula.NONE, Field.WORD64),
  /** Asks for a table entry and its 64-bit place in the table. */
  REQUEST_GOT_AND_TRANSFORM_TO_DELTA64_FROM_GOT(
      "RequestGOTAndTransformToDelta64FromGOT", Formula.NONE, Field.WORD64),
  /** Asks for a table entry and its 32-bit place in the table. */
  REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT(
      "RequestGOTAndTransformToDelta32FromGOT", Formula.NONE, Field.SIGNED32),
  /** Asks for a table entry, for an instruction without REX prefix that could do without. */
  REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_RELAXABLE(
      "RequestGOTAndTransformToPCRel32GOTLoadRelaxable", Formula.NONE, Field.SIGNED32),
  /** Asks for a table entry, for an instruction with REX prefix that could do without. */
  REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_REX_RELAXABLE(
      "RequestGOTAndTransformToPCRel32GOTLoadREXRelaxable", Formula.NONE, Field.SIGNED32),
  /** Asks for the two words of a thread-local variable for {@code __tls_get_addr}. */
  REQUEST_TLS_INDEX("RequestTLSIndexInGOTAndTransformToDelta32", Formula.NONE, Field.SIGNED32),
  /** Asks for the two words of the graph's own thread-local storage. */
  REQUEST_TLS_MODULE("RequestTLSModuleInGOTAndTransformToDelta32", Formula.NONE, Field.SIGNED32),
  /** Asks for a word with a thread-local variable's distance from the thread pointer. */
  REQUEST_TLS_OFFSET("RequestTLSOffsetInGOTAndTransformToDelta32", Formula.NONE, Field.SIGNED32),
  /** Asks for the two words of a thread-local variable's descriptor. */
  REQUEST_TLS_DESCRIPTOR("RequestTLSDescInGOTAndTransformToDelta32", Formula.NONE, Field.SIGNED32),
  /** The 32-bit place of a thread-local variable in its module's storage. */
  TLS_MODULE_OFFSET32("TLSModuleOffset32", Formula.NONE, Field.SIGNED32),
  /** The 64-bit place of a thread-local variable in its module's storage. */
  TLS_MODULE_OFFSET64("TLSModuleOffset64", Formula.NONE, Field.WORD64),
  /** The 32-bit distance of a thread-local variable from the thread pointer. */
  TLS_THREAD_OFFSET32("TLSThreadOffset32", Formula.NONE, Field.SIGNED32),
  /** The 64-bit distance of a thread-local variable from the thread pointer. */
  TLS_THREAD_OFFSET64("TLSThreadOffset64", Formula.NONE, Field.WORD64);

  private static final Set<X86_64EdgeKind> THREAD_LOCAL =
      Sets.immutableEnumSet(EnumSet.range(REQUEST_TLS_INDEX, TLS_THREAD_OFFSET64));

  private final String llvmName;
  private final Formula formula;
  private final Field field;

  X86_64EdgeKind(String llvmName, Formula formula, Field field) {
    this.llvmName = llvmName;
    this.formula = formula;
    this.field = field;
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // the code is the place in the table, by definition
  public int code() {
    return FIRST_RELOCATION + ordinal();
  }

  /** {@return whether edges of this kind need thread-local storage, which a platform provides} */
  public boolean threadLocal() {
    return THREAD_LOCAL.contains(this);
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
