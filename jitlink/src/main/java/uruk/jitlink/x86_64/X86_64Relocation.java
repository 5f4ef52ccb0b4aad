package uruk.jitlink.x86_64;

import static uruk.jitlink.graph.AddendRule.AS_IS;
import static uruk.jitlink.graph.AddendRule.FROM_NEXT;

import uruk.jitlink.graph.AddendRule;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.RelocationRule;

/**
 * The relocations of x86-64 ELF objects (System V psABI for AMD64, table "Relocation Types"), with
 * the edge each becomes.
 */
@SuppressWarnings("ImmutableEnumChecker") // a RelocationRule is an immutable record
public enum X86_64Relocation implements Relocation {
  R_X86_64_NONE(0),
  R_X86_64_64(1, X86_64EdgeKind.POINTER64, AS_IS),
  R_X86_64_PC32(2, X86_64EdgeKind.DELTA32, AS_IS),
  R_X86_64_GOT32(3, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT, AS_IS),
  R_X86_64_PLT32(4, X86_64EdgeKind.BRANCH_PC_REL32, FROM_NEXT),
  R_X86_64_COPY(5, Refusal.DYNAMIC),
  R_X86_64_GLOB_DAT(6, Refusal.DYNAMIC),
  R_X86_64_JUMP_SLOT(7, Refusal.DYNAMIC),
  R_X86_64_RELATIVE(8, Refusal.DYNAMIC),
  R_X86_64_GOTPCREL(9, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, AS_IS),
  R_X86_64_32(10, X86_64EdgeKind.POINTER32, AS_IS),
  R_X86_64_32S(11, X86_64EdgeKind.POINTER32_SIGNED, AS_IS),
  R_X86_64_16(12, X86_64EdgeKind.POINTER16, AS_IS),
  R_X86_64_PC16(13, X86_64EdgeKind.DELTA16, AS_IS),
  R_X86_64_8(14, X86_64EdgeKind.POINTER8, AS_IS),
  R_X86_64_PC8(15, X86_64EdgeKind.DELTA8, AS_IS),
  R_X86_64_DTPMOD64(16, Refusal.DYNAMIC),
  R_X86_64_DTPOFF64(17, X86_64EdgeKind.TLS_MODULE_OFFSET64, AS_IS),
  R_X86_64_TPOFF64(18, X86_64EdgeKind.TLS_THREAD_OFFSET64, AS_IS),
  R_X86_64_TLSGD(19, X86_64EdgeKind.REQUEST_TLS_INDEX, AS_IS),
  R_X86_64_TLSLD(20, X86_64EdgeKind.REQUEST_TLS_MODULE, AS_IS),
  R_X86_64_DTPOFF32(21, X86_64EdgeKind.TLS_MODULE_OFFSET32, AS_IS),
  R_X86_64_GOTTPOFF(22, X86_64EdgeKind.REQUEST_TLS_OFFSET, AS_IS),
  R_X86_64_TPOFF32(23, X86_64EdgeKind.TLS_THREAD_OFFSET32, AS_IS),
  R_X86_64_PC64(24, X86_64EdgeKind.DELTA64, AS_IS),
  R_X86_64_GOTOFF64(25, X86_64EdgeKind.DELTA64_FROM_GOT, AS_IS),
  R_X86_64_GOTPC32(26, X86_64EdgeKind.DELTA32, AS_IS),
  R_X86_64_GOT64(27, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA64_FROM_GOT, AS_IS),
  R_X86_64_GOTPCREL64(28, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA64, AS_IS),
  R_X86_64_GOTPC64(29, X86_64EdgeKind.DELTA64, AS_IS),
  R_X86_64_GOTPLT64(30, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA64_FROM_GOT, AS_IS),
  R_X86_64_PLTOFF64(31, X86_64EdgeKind.DELTA64_FROM_GOT, AS_IS),
  R_X86_64_SIZE32(32, X86_64EdgeKind.SIZE32, AS_IS),
  R_X86_64_SIZE64(33, X86_64EdgeKind.SIZE64, AS_IS),
  R_X86_64_GOTPC32_TLSDESC(34, X86_64EdgeKind.REQUEST_TLS_DESCRIPTOR, AS_IS),
  R_X86_64_TLSDESC_CALL(35),
  R_X86_64_TLSDESC(36, Refusal.DYNAMIC),
  R_X86_64_IRELATIVE(37, Refusal.DYNAMIC),
  R_X86_64_RELATIVE64(38, Refusal.DYNAMIC),
  R_X86_64_GOTPCRELX(
      41, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_RELAXABLE, FROM_NEXT),
  R_X86_64_REX_GOTPCRELX(
      42, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_REX_RELAXABLE, FROM_NEXT),
  R_X86_64_CODE_4_GOTPCRELX(43, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, AS_IS),
  R_X86_64_CODE_4_GOTTPOFF(44, X86_64EdgeKind.REQUEST_TLS_OFFSET, AS_IS),
  R_X86_64_CODE_4_GOTPC32_TLSDESC(45, X86_64EdgeKind.REQUEST_TLS_DESCRIPTOR, AS_IS),
  R_X86_64_CODE_5_GOTPCRELX(46, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, AS_IS),
  R_X86_64_CODE_5_GOTTPOFF(47, X86_64EdgeKind.REQUEST_TLS_OFFSET, AS_IS),
  R_X86_64_CODE_5_GOTPC32_TLSDESC(48, X86_64EdgeKind.REQUEST_TLS_DESCRIPTOR, AS_IS),
  R_X86_64_CODE_6_GOTPCRELX(49, X86_64EdgeKind.REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, AS_IS),
  R_X86_64_CODE_6_GOTTPOFF(50, X86_64EdgeKind.REQUEST_TLS_OFFSET, AS_IS),
  R_X86_64_CODE_6_GOTPC32_TLSDESC(51, X86_64EdgeKind.REQUEST_TLS_DESCRIPTOR, AS_IS);

  private final RelocationRule rule;

  X86_64Relocation(int number) {
    rule = RelocationRule.nothing(number);
  }

  X86_64Relocation(int number, X86_64EdgeKind edgeKind, AddendRule addendRule) {
    rule = RelocationRule.edge(number, edgeKind, addendRule);
  }

  X86_64Relocation(int number, Refusal refusal) {
    rule = RelocationRule.refused(number, refusal.text);
  }

  @Override
  public RelocationRule rule() {
    return rule;
  }

  /** Why a relocation is not linked. */
  private enum Refusal {
    DYNAMIC(RelocationRule.DYNAMIC);

    private final String text;

    Refusal(String text) {
      this.text = text;
    }
  }
}
