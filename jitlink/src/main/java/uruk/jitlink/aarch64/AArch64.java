package uruk.jitlink.aarch64;

import static uruk.jitlink.aarch64.AArch64EdgeKind.*;

import com.google.common.collect.Sets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.RelocationNumbers;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;
import uruk.jitlink.graph.TargetFacts;
import uruk.jitlink.pass.TableBuilder;

/** AArch64, of either byte order of data. */
public final class AArch64 implements Target {

  private static final int EM_AARCH64 = 183;
  private static final int INSTRUCTION_SIZE = 4;

  // Stubs come after what an object file brought, whatever its addresses.
  private static final long STUB_ADDRESS = ~11L;

  private static final byte[] POINTER_JUMP_STUB = {
    0x10, 0x00, 0x00, (byte) 0x90, // adrp x16, pointer
    0x10, 0x02, 0x40, (byte) 0xf9, // ldr x16, [x16, :lo12:pointer]
    0x00, 0x02, 0x1f, (byte) 0xd6, // br x16
  };
  private static final int STUB_PAGE = 0;
  private static final int STUB_OFFSET = 4;

  private static final int LDR_X16_LITERAL = 0x5800_0010; // ldr x16, slot
  private static final int BR_X16 = 0xd61f_0200; // br x16

  private static final RelocationNumbers RELOCATIONS =
      RelocationNumbers.of(AArch64Relocation.values());
  private static final EdgeKindTable EDGE_KINDS =
      EdgeKindTable.of(List.of(AArch64EdgeKind.values()));

  /** Kinds that give an address, or a part of it that means the same target as the others. */
  private static final Set<AArch64EdgeKind> ADDRESSES =
      Sets.immutableEnumSet(
          EnumSet.of(
              POINTER64,
              POINTER32,
              DELTA64,
              MOVE_WIDE16_G0,
              MOVE_WIDE16_G0_UNCHECKED,
              MOVE_WIDE16_G1,
              MOVE_WIDE16_G1_UNCHECKED,
              MOVE_WIDE16_G2,
              MOVE_WIDE16_G2_UNCHECKED,
              MOVE_WIDE16_G3,
              ADR_LITERAL21,
              PAGE21,
              PAGE21_UNCHECKED,
              PAGE_OFFSET12));

  private static final TableBuilder.Kinds TABLE_KINDS =
      new TableBuilder.Kinds(
          EDGE_KINDS,
          Map.of(
              REQUEST_GOT_AND_TRANSFORM_TO_PAGE21, PAGE21_OF_GOT_LOAD,
              REQUEST_GOT_AND_TRANSFORM_TO_PAGE_OFFSET12, PAGE_OFFSET12_OF_GOT_LOAD,
              REQUEST_GOT_AND_TRANSFORM_TO_PAGE_OFFSET15, GOT_PAGE_OFFSET15,
              REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, DELTA32),
          Map.of(BRANCH26_PC_REL, BRANCH26_TO_STUB_BYPASSABLE, BRANCH_DELTA32, DELTA32),
          0,
          Set.of(GOT_PAGE_OFFSET15),
          MemProt.READ_EXEC);

  /** With little-endian data. */
  public static final AArch64 LITTLE_ENDIAN =
      new AArch64("aarch64", "elf64-littleaarch64", ByteOrder.LITTLE_ENDIAN);

  /** With big-endian data; instructions are little-endian here as well. */
  public static final AArch64 BIG_ENDIAN =
      new AArch64("aarch64_be", "elf64-bigaarch64", ByteOrder.BIG_ENDIAN);

  private final TargetFacts facts;

  private AArch64(String name, String elfFormat, ByteOrder byteOrder) {
    this.facts =
        new TargetFacts(
            name,
            EM_AARCH64,
            elfFormat,
            8,
            8,
            byteOrder,
            EDGE_KINDS,
            RELOCATIONS,
            new TargetFacts.DataKinds(POINTER64, DELTA32, DELTA64, NEG_DELTA32));
  }

  @Override
  public TargetFacts facts() {
    return facts;
  }

  @Override
  public Symbol createPointerJumpStub(Section section, Symbol pointer) {
    LinkGraph graph = section.graph();
    Block block =
        graph.createContentBlock(section, POINTER_JUMP_STUB, STUB_ADDRESS, INSTRUCTION_SIZE, 0);
    block.addEdge(PAGE21, STUB_PAGE, pointer, 0);
    block.addEdge(PAGE_OFFSET12_OF_64, STUB_OFFSET, pointer, 0);
    return graph.addAnonymousSymbol(block, 0, POINTER_JUMP_STUB.length, true, false);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the slot is not within 1 MiB of the entry
   */
  @Override
  public byte[] entryCode(long entry, long slot) {
    long distance = slot - entry;
    if (!AArch64Field.WORDS19.holds(distance) || !AArch64Field.WORDS19.aligned(distance)) {
      throw new IllegalArgumentException(
          "the slot at 0x%x is out of reach of the entry at 0x%x".formatted(slot, entry));
    }
    ByteBuffer code = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    code.putInt(LDR_X16_LITERAL).putInt(BR_X16);
    AArch64Field.WORDS19.store(code, 0, distance);
    return code.array();
  }

  @Override
  public boolean branches(EdgeKind kind) {
    return kind == BRANCH26_PC_REL || kind == BRANCH_DELTA32;
  }

  @Override
  public boolean takesAddress(EdgeKind kind, long addend) {
    return TABLE_KINDS.requestsEntry(kind)
        || (addend == 0 && kind instanceof AArch64EdgeKind own && ADDRESSES.contains(own));
  }

  @Override
  public void buildTables(LinkGraph graph, Predicate<Symbol> mayBeOutOfReach) {
    TlsDescriptors.build(graph);
    ThreadPointerOffsets.build(graph);
    TableBuilder.build(graph, TABLE_KINDS, mayBeOutOfReach);
  }

  @Override
  public void relaxTables(LinkGraph graph) {
    ThreadPointerOffsets.refuseForeign(graph);
    TableRelaxer.relax(graph);
  }
}
