package uruk.jitlink.i386;

import static uruk.jitlink.i386.I386EdgeKind.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.RelocationNumbers;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;
import uruk.jitlink.graph.TargetFacts;
import uruk.jitlink.pass.TableBuilder;

/** i386 in 32-bit protected mode. */
public final class I386 implements Target {

  /** The one instance. */
  public static final I386 INSTANCE = new I386();

  private static final int EM_386 = 3;

  // As LLVM aligns them, so that both lay a graph out alike.
  private static final int TABLE_ALIGNMENT = 8;

  // Stubs come after what an object file brought, whatever its addresses.
  private static final long STUB_ADDRESS = 0xffff_fff8L;

  private static final byte[] POINTER_JUMP_STUB = {
    (byte) 0xff, 0x25, 0, 0, 0, 0, // jmp *pointer
  };
  private static final int STUB_OPERAND = 2;

  /** mod = 0, rm = 5: a displacement without base register (Intel's manual, table 2-2). */
  private static final int MODRM_MASK = 0b11_000_111;

  private static final int MODRM_NO_BASE = 0b00_000_101;

  private static final EdgeKindTable EDGE_KINDS = EdgeKindTable.of(List.of(I386EdgeKind.values()));

  private static final TargetFacts FACTS =
      new TargetFacts(
          "i386",
          EM_386,
          "elf32-i386",
          4,
          TABLE_ALIGNMENT,
          ByteOrder.LITTLE_ENDIAN,
          EDGE_KINDS,
          RelocationNumbers.of(I386Relocation.values()),
          new TargetFacts.DataKinds(POINTER32, DELTA32, DELTA32, NEG_DELTA32));

  private static final TableBuilder.Kinds TABLE_KINDS =
      new TableBuilder.Kinds(
          EDGE_KINDS,
          Map.of(
              REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT, DELTA32_FROM_GOT,
              REQUEST_GOT_AND_TRANSFORM_TO_POINTER32, POINTER32),
          Map.of(BRANCH_PC_REL32, BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE),
          -Integer.BYTES,
          Set.of(DELTA32_FROM_GOT),
          MemProt.READ);

  private I386() {}

  @Override
  public TargetFacts facts() {
    return FACTS;
  }

  @Override
  public Symbol createPointerJumpStub(Section section, Symbol pointer) {
    LinkGraph graph = section.graph();
    Block block =
        graph.createContentBlock(section, POINTER_JUMP_STUB, STUB_ADDRESS, TABLE_ALIGNMENT, 0);
    block.addEdge(POINTER32, STUB_OPERAND, pointer, 0);
    return graph.addAnonymousSymbol(block, 0, POINTER_JUMP_STUB.length, true, false);
  }

  @Override
  public byte trap() {
    return (byte) 0xcc; // int3
  }

  @Override
  public byte[] entryCode(long entry, long slot) {
    ByteBuffer code = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    code.put((byte) 0xff).put((byte) 0x25); // jmp *slot
    code.putInt((int) slot);
    code.put((byte) 0xcc).put((byte) 0xcc); // int3
    return code.array();
  }

  @Override
  public boolean branches(EdgeKind kind) {
    return kind == BRANCH_PC_REL32;
  }

  @Override
  public boolean takesAddress(EdgeKind kind, long addend) {
    return kind == REQUEST_GOT_OPERAND
        || TABLE_KINDS.requestsEntry(kind)
        || (addend == 0 && (kind == POINTER32 || kind == DELTA32_FROM_GOT));
  }

  @Override
  public void buildTables(LinkGraph graph, Predicate<Symbol> mayBeOutOfReach) {
    for (Block block : graph.blocks()) {
      if (block.hasEdges() && block.edges().mayContain(REQUEST_GOT_OPERAND)) {
        tellOperands(block);
      }
    }
    TableBuilder.build(graph, TABLE_KINDS, mayBeOutOfReach);
  }

  /**
   * R_386_GOT32 and R_386_GOT32X mean two things, told apart by the instruction (psABI, section
   * 4.4.1). In data they mean the place in the table.
   */
  private static void tellOperands(Block block) {
    Edges edges = block.edges();
    for (int i = 0, size = edges.size(); i < size; i++) {
      if (edges.code(i) == REQUEST_GOT_OPERAND.code()) {
        edges.set(
            i,
            hasBaseRegister(block, edges.offset(i))
                ? REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT
                : REQUEST_GOT_AND_TRANSFORM_TO_POINTER32,
            edges.target(i));
      }
    }
  }

  private static boolean hasBaseRegister(Block block, int offset) {
    return offset == 0
        || !block.section().memProt().executable()
        || (block.content().get(block.contentOffset() + offset - 1) & MODRM_MASK) != MODRM_NO_BASE;
  }

  /** Bypasses stubs whose target a signed displacement reaches, as LLVM does. */
  @Override
  public void relaxTables(LinkGraph graph) {
    for (Block block : graph.blocks()) {
      if (block.hasEdges()
          && block.edges().mayContain(BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE)) {
        bypassStubs(block);
      }
    }
  }

  private static void bypassStubs(Block block) {
    Edges edges = block.edges();
    for (int i = 0, size = edges.size(); i < size; i++) {
      if (edges.code(i) == BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE.code()) {
        Symbol pointer = TableBuilder.pointedTo(edges.target(i));
        Symbol target = pointer == null ? null : TableBuilder.pointedTo(pointer);
        if (target != null && inReach(block, edges, i, target)) {
          edges.set(i, BRANCH_PC_REL32, target);
        }
      }
    }
  }

  private static boolean inReach(Block block, Edges edges, int index, Symbol target) {
    long fixup = block.address() + edges.offset(index);
    return Field.SIGNED32.holds(
        BRANCH_PC_REL32.formula().evaluate(target.address(), fixup, edges.addend(index), 0, 0));
  }
}
