package uruk.jitlink.pass;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.GenericEdgeKind;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * The tables of types in C++ exception tables: what a {@code catch} catches. Code compiled with
 * {@code -fno-pic} keeps the types' addresses in 32 bits; for types of the process, which are too
 * far away for that, the table is changed to hold distances to pointers, which take as much room.
 *
 * <p>Source: Itanium C++ ABI, "Exception Handling Tables"; Linux Standard Base, "DWARF Extensions",
 * section 10.5.1 for the encodings.
 */
final class ExceptionTypes {
  private static final String SECTION = ".gcc_except_table";

  private static final int OMITTED = 0xff; // DW_EH_PE_omit
  private static final int UNSIGNED4 = 0x03; // DW_EH_PE_absptr | DW_EH_PE_udata4
  private static final int SIGNED4 = 0x0b; // DW_EH_PE_absptr | DW_EH_PE_sdata4
  private static final int INDIRECT_RELATIVE_SIGNED4 = 0x9b;

  private final LinkGraph graph;
  private final Map<Block, TreeSet<Integer>> tables = new HashMap<>();

  /** Makes a view of a graph's tables, which its frame descriptions refer to. */
  ExceptionTypes(LinkGraph graph) {
    this.graph = graph;
    Section frames = graph.findSection(EhFrame.SECTION);
    if (frames != null) {
      for (Block frame : frames.blocks()) {
        if (frame.hasEdges()) {
          addTables(frame.edges());
        }
      }
    }
  }

  private void addTables(Edges edges) {
    for (int i = 0; i < edges.size(); i++) {
      Symbol target = edges.target(i);
      if (target.defined() && isTable(target.section())) {
        int offset = (int) (target.offset() + edges.addend(i));
        tables.computeIfAbsent(target.block(), _ -> new TreeSet<>()).add(offset);
      }
    }
  }

  /** {@return whether a section holds exception tables} */
  static boolean isTable(Section section) {
    return section.name().startsWith(SECTION);
  }

  /**
   * Makes the table that an edge belongs to hold distances to pointers. A table in a form that no
   * compiler writes stays as it is. An edge of a table that no frame description refers to is not
   * fixed up: nobody reads it, as its function has been left out.
   *
   * @param pointers makes a pointer to a symbol and an addend
   */
  void pointIndirectly(Block block, int edge, PointerMaker pointers) {
    Edges edges = block.edges();
    Integer start = tables.getOrDefault(block, new TreeSet<>()).floor(edges.offset(edge));
    if (start == null) {
      leave(edges, edge);
      return;
    }
    ByteBuffer content = block.mutableContent();
    if ((content.get(start) & 0xff) != OMITTED) {
      return;
    }
    int encoding = content.get(start + 1) & 0xff;
    int end = encoding == OMITTED ? start : endOfTypes(content, start + 2);
    if (edges.offset(edge) >= end) {
      leave(edges, edge);
    } else if (encoding == UNSIGNED4 || encoding == SIGNED4) {
      content.put(start + 1, (byte) INDIRECT_RELATIVE_SIGNED4);
      pointIndirectly(edges, start, end, pointers);
    }
  }

  private static void leave(Edges edges, int edge) {
    edges.set(edge, GenericEdgeKind.KEEP_ALIVE, edges.target(edge));
  }

  private void pointIndirectly(Edges edges, int start, int end, PointerMaker pointers) {
    for (int i = 0; i < edges.size(); i++) {
      boolean inside = start <= edges.offset(i) && edges.offset(i) < end;
      if (inside && edges.kind(i).formula() == Formula.POINTER) {
        Symbol pointer = pointers.create(edges.target(i), edges.addend(i));
        edges.set(i, graph.target().delta32(), pointer);
        edges.setAddend(i, 0);
      }
    }
  }

  /** The offset of the end of the types, counted from its own end (ULEB128). */
  private static int endOfTypes(ByteBuffer content, int start) {
    int at = start;
    int value = 0;
    int shift = 0;
    int current;
    do {
      current = content.get(at++);
      value |= (current & 0x7f) << shift;
      shift += 7;
    } while (current < 0);
    return at + value;
  }

  /** Makes pointers. */
  @FunctionalInterface
  interface PointerMaker {
    /** {@return a new pointer to a place} */
    Symbol create(Symbol target, long addend);
  }
}
