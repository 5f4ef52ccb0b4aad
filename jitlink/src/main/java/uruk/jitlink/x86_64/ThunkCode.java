package uruk.jitlink.x86_64;

import static uruk.jitlink.x86_64.X86_64EdgeKind.BRANCH_PC_REL32;
import static uruk.jitlink.x86_64.X86_64EdgeKind.DELTA32;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/** Writes the code of one thunk of {@link RangeExtension}. Registers are numbers as in ModRM. */
final class ThunkCode {
  static final int RED_ZONE = 128;
  static final int PUSHED = 8;

  private static final int LONGEST = 64;

  /** Behind what an object brought, as all blocks that the linker adds. */
  private static final long ADDRESS = ~15L;

  private final ByteBuffer code = ByteBuffer.allocate(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Edge> edges = new ArrayList<>();
  private int pointerOperand;

  ThunkCode bytes(int... values) {
    for (int value : values) {
      code.put((byte) value);
    }
    return this;
  }

  ThunkCode bytes(ByteBuffer from, int start, int end) {
    for (int i = start; i < end; i++) {
      code.put(from.get(i));
    }
    return this;
  }

  ThunkCode word(int value) {
    code.putInt(value);
    return this;
  }

  /** The displacement that leads to the pointer; every thunk has one. */
  ThunkCode pointerOperand() {
    pointerOperand = code.position();
    return word(0);
  }

  /** {@code lea -128(%rsp), %rsp; push %register}. */
  ThunkCode save(int register) {
    return bytes(0x48, 0x8d, 0x64, 0x24, -RED_ZONE).push(register);
  }

  /** {@code pop %register; lea 128(%rsp), %rsp}. */
  ThunkCode restore(int register) {
    return pop(register).bytes(0x48, 0x8d, 0xa4, 0x24).word(RED_ZONE);
  }

  ThunkCode push(int register) {
    return bytes(0x50 + register);
  }

  ThunkCode pop(int register) {
    return bytes(0x58 + register);
  }

  /** {@code mov pointer(%rip), %register}. */
  ThunkCode load(int register) {
    return bytes(0x48, 0x8b, register << 3 | 5).pointerOperand();
  }

  /** {@code jmp} to a place in a block. */
  ThunkCode jump(Block block, int offset) {
    bytes(0xe9);
    Symbol target = block.section().graph().addAnonymousSymbol(block, offset, 0, false, true);
    return edge(new Edge(BRANCH_PC_REL32, 0, target, 0)).word(0);
  }

  /** Adds an edge like another one, here. */
  ThunkCode edge(Edge edge) {
    edges.add(new Edge(edge.kind(), code.position(), edge.target(), edge.addend()));
    return this;
  }

  /** {@return the thunk, placed in a section} */
  Symbol place(Section section, Symbol pointer) {
    LinkGraph graph = section.graph();
    byte[] bytes = new byte[code.position()];
    code.get(0, bytes);
    Block thunk = graph.createContentBlock(section, bytes, ADDRESS, 1, 0);
    thunk.addEdge(DELTA32, pointerOperand, pointer, -Integer.BYTES);
    edges.forEach(thunk.edges()::add);
    return graph.addAnonymousSymbol(thunk, 0, bytes.length, true, true);
  }
}
