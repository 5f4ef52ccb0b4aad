package uruk.jitlink.i386;

import uruk.jitlink.graph.AddendRule;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.RelocationRule;

/**
 * The relocations of i386 ELF objects (System V psABI for Intel386, table "Relocation Types"), with
 * the edge each becomes.
 */
@SuppressWarnings("ImmutableEnumChecker") // a RelocationRule is an immutable record
public enum I386Relocation implements Relocation {
  R_386_NONE(0),
  R_386_32(1, I386EdgeKind.POINTER32),
  R_386_PC32(2, I386EdgeKind.PC_REL32),
  R_386_GOT32(3, I386EdgeKind.REQUEST_GOT_OPERAND),
  R_386_PLT32(4, I386EdgeKind.BRANCH_PC_REL32),
  R_386_COPY(5, Refusal.DYNAMIC),
  R_386_GLOB_DAT(6, Refusal.DYNAMIC),
  R_386_JMP_SLOT(7, Refusal.DYNAMIC),
  R_386_RELATIVE(8, Refusal.DYNAMIC),
  R_386_GOTOFF(9, I386EdgeKind.DELTA32_FROM_GOT),
  R_386_GOTPC(10, I386EdgeKind.DELTA32),
  R_386_32PLT(11, Refusal.DYNAMIC),
  R_386_TLS_TPOFF(14, Refusal.THREAD_LOCAL),
  R_386_TLS_IE(15, Refusal.THREAD_LOCAL),
  R_386_TLS_GOTIE(16, Refusal.THREAD_LOCAL),
  R_386_TLS_LE(17, Refusal.THREAD_LOCAL),
  R_386_TLS_GD(18, Refusal.THREAD_LOCAL),
  R_386_TLS_LDM(19, Refusal.THREAD_LOCAL),
  R_386_16(20, I386EdgeKind.POINTER16),
  R_386_PC16(21, I386EdgeKind.PC_REL16),
  R_386_8(22, I386EdgeKind.POINTER8),
  R_386_PC8(23, I386EdgeKind.PC_REL8),
  R_386_TLS_GD_32(24, Refusal.THREAD_LOCAL),
  R_386_TLS_GD_PUSH(25, Refusal.THREAD_LOCAL),
  R_386_TLS_GD_CALL(26, Refusal.THREAD_LOCAL),
  R_386_TLS_GD_POP(27, Refusal.THREAD_LOCAL),
  R_386_TLS_LDM_32(28, Refusal.THREAD_LOCAL),
  R_386_TLS_LDM_PUSH(29, Refusal.THREAD_LOCAL),
  R_386_TLS_LDM_CALL(30, Refusal.THREAD_LOCAL),
  R_386_TLS_LDM_POP(31, Refusal.THREAD_LOCAL),
  R_386_TLS_LDO_32(32, Refusal.THREAD_LOCAL),
  R_386_TLS_IE_32(33, Refusal.THREAD_LOCAL),
  R_386_TLS_LE_32(34, Refusal.THREAD_LOCAL),
  R_386_TLS_DTPMOD32(35, Refusal.THREAD_LOCAL),
  R_386_TLS_DTPOFF32(36, Refusal.THREAD_LOCAL),
  R_386_TLS_TPOFF32(37, Refusal.THREAD_LOCAL),
  R_386_SIZE32(38, I386EdgeKind.SIZE32),
  R_386_TLS_GOTDESC(39, Refusal.THREAD_LOCAL),
  R_386_TLS_DESC_CALL(40, Refusal.THREAD_LOCAL),
  R_386_TLS_DESC(41, Refusal.THREAD_LOCAL),
  R_386_IRELATIVE(42, Refusal.DYNAMIC),
  R_386_GOT32X(43, I386EdgeKind.REQUEST_GOT_OPERAND);

  private final RelocationRule rule;

  I386Relocation(int number) {
    rule = RelocationRule.nothing(number);
  }

  I386Relocation(int number, I386EdgeKind edgeKind) {
    rule = RelocationRule.edge(number, edgeKind, AddendRule.AS_IS);
  }

  I386Relocation(int number, Refusal refusal) {
    rule = RelocationRule.refused(number, refusal.text);
  }

  @Override
  public RelocationRule rule() {
    return rule;
  }

  /** Why a relocation is not linked. */
  private enum Refusal {
    THREAD_LOCAL(
        "Thread-local variables are not linked for i386; compile with -femulated-tls, or keep the"
            + " variable in a shared library."),
    DYNAMIC(RelocationRule.DYNAMIC);

    private final String text;

    Refusal(String text) {
      this.text = text;
    }
  }
}
