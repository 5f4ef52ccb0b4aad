package uruk.jitlink.x86_64;

import static uruk.jitlink.x86_64.X86_64EdgeKind.DELTA32;
import static uruk.jitlink.x86_64.X86_64EdgeKind.POINTER64;
import static uruk.jitlink.x86_64.X86_64EdgeKind.REQUEST_TLS_INDEX;

import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Links the general-dynamic model as LLVM does, for a graph that is not run: each variable gets two
 * words in {@code $__TLSINFO}, a key that a runtime would fill and the address of the variable's
 * initial image. What is run needs a platform that gives the words of the process's dynamic linker.
 */
public final class ThreadLocalKeys {
  private static final String SECTION = "$__TLSINFO";
  private static final int WORD = 8;
  private static final long ADDRESS = -2 * WORD; // after what an object file brought

  private final LinkGraph graph;
  private final Map<Symbol, Symbol> keys = new HashMap<>();

  private ThreadLocalKeys(LinkGraph graph) {
    this.graph = graph;
  }

  /**
   * Post-prune pass: makes what a graph's edges ask for and turns these edges to it. Does nothing
   * to graphs of other targets.
   */
  public static void build(LinkGraph graph) {
    if (!graph.target().equals(X86_64.INSTANCE)) {
      return;
    }
    ThreadLocalKeys builder = new ThreadLocalKeys(graph);
    for (Block block : graph.blocks()) {
      if (block.hasEdges() && block.edges().mayContain(REQUEST_TLS_INDEX)) {
        builder.visit(block.edges());
      }
    }
  }

  private void visit(Edges edges) {
    for (int i = 0, size = edges.size(); i < size; i++) {
      if (edges.code(i) == REQUEST_TLS_INDEX.code()) {
        edges.set(i, DELTA32, keys.computeIfAbsent(edges.target(i), this::key));
      }
    }
  }

  private Symbol key(Symbol variable) {
    Section found = graph.findSection(SECTION);
    Section section = found != null ? found : graph.createSection(SECTION, MemProt.READ);
    Block block = graph.createMutableContentBlock(section, 2 * WORD, ADDRESS, WORD, 0);
    block.addEdge(POINTER64, WORD, variable, 0);
    return graph.addAnonymousSymbol(block, 0, 2 * WORD, false, false);
  }
}
