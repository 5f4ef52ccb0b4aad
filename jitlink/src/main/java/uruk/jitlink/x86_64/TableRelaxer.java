package uruk.jitlink.x86_64;

import static uruk.jitlink.x86_64.X86_64EdgeKind.*;

import java.nio.ByteBuffer;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.ExternalAddressable;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.TableBuilder;

/**
 * Does without table entries and stubs where final addresses allow it (psABI, "Optimize GOTPCRELX
 * Relocations"). An instruction is rewritten only if its target cannot move any more and the
 * displacement, not the address, fits.
 */
final class TableRelaxer {
  private static final int CALL_OR_JUMP_INDIRECT = 0xff;
  private static final int MODRM_CALL_RIP = 0x15;
  private static final int MODRM_JMP_RIP = 0x25;
  private static final int MOV_LOAD = 0x8b;
  private static final int LEA = 0x8d;
  private static final int TEST = 0x85;

  private final LinkGraph graph;

  TableRelaxer(LinkGraph graph) {
    this.graph = graph;
  }

  void relax() {
    for (Section section : graph.sections()) {
      for (Block block : section.blocks()) {
        if (block.hasEdges()) {
          relax(block, block.edges());
        }
      }
    }
  }

  private void relax(Block block, Edges edges) {
    boolean stubs = edges.mayContain(BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE);
    boolean loads =
        edges.mayContain(PC_REL32_GOT_LOAD_RELAXABLE)
            || edges.mayContain(PC_REL32_GOT_LOAD_REX_RELAXABLE);
    if (!stubs && !loads) {
      return;
    }
    for (int i = 0, size = edges.size(); i < size; i++) {
      int code = edges.code(i);
      if (code == BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE.code()) {
        bypassStub(block, edges, i);
      } else if (code == PC_REL32_GOT_LOAD_RELAXABLE.code()) {
        relaxLoad(block, edges, i, false);
      } else if (code == PC_REL32_GOT_LOAD_REX_RELAXABLE.code()) {
        relaxLoad(block, edges, i, true);
      }
    }
  }

  private static void bypassStub(Block block, Edges edges, int index) {
    Symbol pointer = TableBuilder.pointedTo(edges.target(index));
    Symbol target = pointer == null ? null : TableBuilder.pointedTo(pointer);
    if (target != null && inReach(block, edges, index, target, 0)) {
      edges.set(index, BRANCH_PC_REL32, target);
    }
  }

  private static void relaxLoad(Block block, Edges edges, int index, boolean rex) {
    Symbol target = TableBuilder.pointedTo(edges.target(index));
    int offset = edges.offset(index);
    if (target == null
        || !finalTarget(target)
        || edges.addend(index) != 0
        || offset < (rex ? 3 : 2)) {
      return;
    }
    ByteBuffer code = block.content();
    int at = block.contentOffset() + offset;
    int opcode = code.get(at - 2) & 0xff;
    int modrm = code.get(at - 1) & 0xff;
    if (opcode == MOV_LOAD) {
      movToLea(block, edges, index, target);
    } else if (opcode == CALL_OR_JUMP_INDIRECT && modrm == MODRM_CALL_RIP) {
      directCall(block, edges, index, target);
    } else if (opcode == CALL_OR_JUMP_INDIRECT && modrm == MODRM_JMP_RIP) {
      directJump(block, edges, index, target);
    } else if (rex) {
      immediateOperand(block, edges, index, target);
    }
  }

  /** {@code mov f@GOTPCREL(%rip), %reg} → {@code lea f(%rip), %reg}. */
  private static void movToLea(Block block, Edges edges, int index, Symbol target) {
    if (inReach(block, edges, index, target, 0)) {
      block.content().put(block.contentOffset() + edges.offset(index) - 2, (byte) LEA);
      edges.set(index, DELTA32, target);
      edges.setAddend(index, -4);
    }
  }

  /** {@code call *f@GOTPCREL(%rip)} → {@code addr32 call f}: the prefix fills the sixth byte. */
  private static void directCall(Block block, Edges edges, int index, Symbol target) {
    if (inReach(block, edges, index, target, 0)) {
      int at = block.contentOffset() + edges.offset(index);
      block.content().put(at - 2, (byte) 0x67).put(at - 1, (byte) 0xe8);
      edges.set(index, BRANCH_PC_REL32, target);
    }
  }

  /** {@code jmp *f@GOTPCREL(%rip)} → {@code jmp f; nop}: the operand moves one byte down. */
  private static void directJump(Block block, Edges edges, int index, Symbol target) {
    if (inReach(block, edges, index, target, -1)) {
      int at = block.contentOffset() + edges.offset(index);
      block.content().put(at - 2, (byte) 0xe9).put(at + 3, (byte) 0x90);
      edges.set(index, BRANCH_PC_REL32, target);
      edges.setOffset(index, edges.offset(index) - 1);
    }
  }

  /**
   * {@code test %reg, f@GOTPCREL(%rip)} → {@code test $f, %reg}, and {@code binop f@GOTPCREL(%rip),
   * %reg} → {@code binop $f, %reg}, if the address itself is a 32-bit immediate. The register moves
   * from ModRM.reg to ModRM.rm, its fourth bit from REX.R to REX.B.
   */
  private static void immediateOperand(Block block, Edges edges, int index, Symbol target) {
    ByteBuffer code = block.content();
    int at = block.contentOffset() + edges.offset(index);
    int prefix = code.get(at - 3) & 0xff;
    int opcode = code.get(at - 2) & 0xff;
    int register = code.get(at - 1) >> 3 & 7;
    boolean binaryOperation = (opcode & 0xc7) == 0x03;
    boolean wide = (prefix & 0xf8) == 0x48;
    if (!wide || !(binaryOperation || opcode == TEST) || !Field.SIGNED32.holds(target.address())) {
      return;
    }
    int rexR = prefix >> 2 & 1;
    code.put(at - 3, (byte) ((prefix & ~0b101) | rexR));
    code.put(at - 2, (byte) (binaryOperation ? 0x81 : 0xf7));
    code.put(at - 1, (byte) (0xc0 | (binaryOperation ? opcode & 0x38 : 0) | register));
    edges.set(index, POINTER32_SIGNED, target);
  }

  private static boolean finalTarget(Symbol target) {
    return !(target.addressable() instanceof ExternalAddressable external)
        || external.finalTarget();
  }

  private static boolean inReach(Block block, Edges edges, int index, Symbol target, int shift) {
    long fixup = block.address() + edges.offset(index) + shift;
    return Field.SIGNED32.holds(
        BRANCH_PC_REL32.formula().evaluate(target.address(), fixup, edges.addend(index), 0, 0));
  }
}
