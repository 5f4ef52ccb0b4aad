package uruk.jitlink.x86_64;

import static uruk.jitlink.x86_64.X86_64EdgeKind.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
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

/** x86-64 in 64-bit mode (AMD64, Intel 64). */
public final class X86_64 implements Target {
  /** The displacement of lea counts from the end of its own four bytes. */
  private static final long LEA_ADDEND = -4;

  /** The one instance. */
  public static final X86_64 INSTANCE = new X86_64();

  private static final int EM_X86_64 = 62;

  // Stubs come after what an object file brought, whatever its addresses.
  private static final long STUB_ADDRESS = ~5L;

  private static final byte[] POINTER_JUMP_STUB = {
    (byte) 0xff, 0x25, 0, 0, 0, 0, // jmp *pointer(%rip)
  };
  private static final int STUB_OPERAND = 2;
  private static final byte INT3 = (byte) 0xcc;

  // Intel SDM volume 2, lea: REX.W 8D /r; ModRM with mod 0 and rm 5 is relative to the next one.
  private static final byte LEA = (byte) 0x8d;
  private static final int LEA_SIZE = 7;
  private static final int REX_W = 0x48;
  private static final int REX_W_MASK = 0xfb;
  private static final int MODRM_RIP = 0x05;
  private static final int MODRM_MASK = 0xc7;

  private static final EdgeKindTable EDGE_KINDS =
      EdgeKindTable.of(List.of(X86_64EdgeKind.values()));

  private static final TargetFacts FACTS =
      new TargetFacts(
          "x86_64",
          EM_X86_64,
          "elf64-x86-64",
          8,
          8,
          ByteOrder.LITTLE_ENDIAN,
          EDGE_KINDS,
          RelocationNumbers.of(X86_64Relocation.values()),
          new TargetFacts.DataKinds(POINTER64, DELTA32, DELTA64, NEG_DELTA32));

  private static final TableBuilder.Kinds TABLE_KINDS =
      new TableBuilder.Kinds(
          EDGE_KINDS,
          Map.of(
              REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, DELTA32,
              REQUEST_GOT_AND_TRANSFORM_TO_DELTA64, DELTA64,
              REQUEST_GOT_AND_TRANSFORM_TO_DELTA64_FROM_GOT, DELTA64_FROM_GOT,
              REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT, DELTA32_FROM_GOT,
              REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_RELAXABLE, PC_REL32_GOT_LOAD_RELAXABLE,
              REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_REX_RELAXABLE,
                  PC_REL32_GOT_LOAD_REX_RELAXABLE),
          Map.of(BRANCH_PC_REL32, BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE),
          0,
          Set.of(DELTA64_FROM_GOT, DELTA32_FROM_GOT),
          MemProt.READ);

  private X86_64() {}

  @Override
  public TargetFacts facts() {
    return FACTS;
  }

  @Override
  public Symbol createPointerJumpStub(Section section, Symbol pointer) {
    LinkGraph graph = section.graph();
    Block block = graph.createContentBlock(section, POINTER_JUMP_STUB, STUB_ADDRESS, 1, 0);
    block.addEdge(BRANCH_PC_REL32, STUB_OPERAND, pointer, 0);
    return graph.addAnonymousSymbol(block, 0, POINTER_JUMP_STUB.length, true, false);
  }

  @Override
  public void buildTables(LinkGraph graph, Predicate<Symbol> mayBeOutOfReach) {
    TableBuilder.build(graph, TABLE_KINDS, mayBeOutOfReach);
  }

  @Override
  public byte[] entryCode(long entry, long slot) {
    ByteBuffer code = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    code.put((byte) 0xff).put((byte) 0x25); // jmp *slot(%rip)
    code.putInt(Math.toIntExact(slot - (entry + 6)));
    code.put(INT3).put(INT3);
    return code.array();
  }

  /** Looks for {@code lea disp32(%rip), %r64} wherever an instruction may begin. */
  @Override
  public void forEachComputedAddress(ByteBuffer code, long address, LongConsumer found) {
    for (int i = code.position(); i + LEA_SIZE <= code.limit(); i++) {
      if (code.get(i + 1) == LEA
          && (code.get(i) & REX_W_MASK) == REX_W
          && (code.get(i + 2) & MODRM_MASK) == MODRM_RIP) {
        found.accept(address + (i - code.position()) + LEA_SIZE + code.getInt(i + 3));
      }
    }
  }

  @Override
  public byte trap() {
    return INT3;
  }

  @Override
  public boolean branches(EdgeKind kind) {
    return kind == BRANCH_PC_REL32;
  }

  /** nasm asks for {@code R_X86_64_PC32} at a call that names no procedure linkage table. */
  @Override
  public boolean branches(Block block, int edge, int start) {
    EdgeKind kind = block.edges().kind(edge);
    return branches(kind) || (kind == DELTA32 && RangeExtension.isBranch(block, edge, start));
  }

  @Override
  public boolean takesAddress(EdgeKind kind, long addend) {
    return kind == DELTA32
        ? addend == LEA_ADDEND
        : TABLE_KINDS.requestsEntry(kind) || (addend == 0 && isPointer(kind));
  }

  private static boolean isPointer(EdgeKind kind) {
    return kind == POINTER64 || kind == POINTER32 || kind == POINTER32_SIGNED || kind == DELTA64;
  }

  @Override
  public void relaxTables(LinkGraph graph) {
    new TableRelaxer(graph).relax();
  }

  @Override
  public int extendRange(Block block, int edge, int start, Section thunks, Section pointers) {
    return RangeExtension.extend(block, edge, start, thunks, pointers);
  }
}
