package uruk.jitlink.aarch64;

import static uruk.jitlink.aarch64.AArch64EdgeKind.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.ExternalAddressable;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.TableBuilder;

/**
 * Does without table entries and stubs where final addresses allow it (aaelf64, section 5.7.10,
 * "GOT indirection relaxation"). An instruction is rewritten only if its target cannot move any
 * more and is in reach.
 */
final class TableRelaxer {
  private static final int INSTRUCTION_SIZE = 4;
  private static final int REGISTER = 0b11111;
  private static final int BASE_SHIFT = 5;

  private static final int ADRP_MASK = 0x9f00_0000; // adrp xd, …
  private static final int ADRP = 0x9000_0000;
  private static final int LDR_MASK = 0xffc0_0000; // ldr xt, [xn, #…]
  private static final int LDR = 0xf940_0000;
  private static final int ADD = 0x9100_0000; // add xd, xn, #0

  private final Block block;
  private final Edges edges;

  private TableRelaxer(Block block) {
    this.block = block;
    this.edges = block.edges();
  }

  /** Relaxes a graph whose symbols all have their final addresses. */
  static void relax(LinkGraph graph) {
    for (Block block : graph.blocks()) {
      if (block.hasEdges()) {
        new TableRelaxer(block).relax();
      }
    }
  }

  private void relax() {
    if (edges.mayContain(BRANCH26_TO_STUB_BYPASSABLE)) {
      bypassStubs();
    }
    if (edges.mayContain(PAGE21_OF_GOT_LOAD) && allLoadsArePairs()) {
      relaxLoads();
    }
  }

  private void bypassStubs() {
    for (int i = 0, size = edges.size(); i < size; i++) {
      if (edges.code(i) == BRANCH26_TO_STUB_BYPASSABLE.code()) {
        Symbol pointer = TableBuilder.pointedTo(stubPointer(edges.target(i)));
        if (pointer != null && fits(BRANCH26_PC_REL, i, pointer)) {
          edges.set(i, BRANCH26_PC_REL, pointer);
        }
      }
    }
  }

  /** The table entry that a stub of {@link AArch64#createPointerJumpStub} jumps through. */
  private static Symbol stubPointer(Symbol stub) {
    return stub.block().edges().target(0);
  }

  /**
   * Whether each {@code adrp} of a table entry is followed by its load. Where one is not, its page
   * may serve several loads, and none of them may be rewritten.
   */
  private boolean allLoadsArePairs() {
    for (int i = 0, size = edges.size(); i < size; i++) {
      int code = edges.code(i);
      if (code == PAGE21_OF_GOT_LOAD.code()) {
        if (!pairBegins(i)) {
          return false;
        }
        i++;
      } else if (code == PAGE_OFFSET12_OF_GOT_LOAD.code()) {
        return false;
      }
    }
    return true;
  }

  /** One register throughout, so that nothing can read the page later. */
  private boolean pairBegins(int page) {
    int load = page + 1;
    if (load == edges.size()
        || edges.code(load) != PAGE_OFFSET12_OF_GOT_LOAD.code()
        || edges.offset(load) != edges.offset(page) + INSTRUCTION_SIZE
        || edges.target(load) != edges.target(page)
        || edges.addend(page) != 0
        || edges.addend(load) != 0) {
      return false;
    }
    int first = instruction(edges.offset(page));
    int second = instruction(edges.offset(load));
    int register = first & REGISTER;
    return (first & ADRP_MASK) == ADRP
        && (second & LDR_MASK) == LDR
        && (second & REGISTER) == register
        && (second >>> BASE_SHIFT & REGISTER) == register;
  }

  /** {@code ldr xn, [xn, :got_lo12:f]} → {@code add xn, xn, :lo12:f}. */
  private void relaxLoads() {
    for (int i = 0, size = edges.size(); i < size; i++) {
      if (edges.code(i) == PAGE21_OF_GOT_LOAD.code()) {
        Symbol target = TableBuilder.pointedTo(edges.target(i));
        if (target != null && finalTarget(target) && fits(PAGE21, i, target)) {
          int register = instruction(edges.offset(i)) & REGISTER;
          edges.set(i, PAGE21, target);
          edges.set(i + 1, PAGE_OFFSET12, target);
          putInstruction(edges.offset(i + 1), ADD | register << BASE_SHIFT | register);
        }
      }
    }
  }

  private static boolean finalTarget(Symbol target) {
    return !(target.addressable() instanceof ExternalAddressable external)
        || external.finalTarget();
  }

  private boolean fits(EdgeKind kind, int edge, Symbol target) {
    long fixup = block.address() + edges.offset(edge);
    long value = kind.formula().evaluate(target.address(), fixup, edges.addend(edge), 0, 0);
    return kind.field().holds(value) && kind.field().aligned(value);
  }

  private int instruction(int offset) {
    return inOrder(block.content().getInt(block.contentOffset() + offset));
  }

  private void putInstruction(int offset, int word) {
    ByteBuffer content = block.content();
    content.putInt(block.contentOffset() + offset, inOrder(word));
  }

  private int inOrder(int word) {
    return block.content().order() == ByteOrder.LITTLE_ENDIAN ? word : Integer.reverseBytes(word);
  }
}
