package uruk.materialization;

import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.Pass;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.InProcessMemoryManager;

/**
 * Pre-fixup pass for functions of the process that a direct branch does not reach: the branch goes
 * through an entry that all objects share. Most links have none.
 */
final class FarBranches implements Pass {
  /** What a signed 32-bit displacement reaches for sure, wherever in a block the branch stands. */
  private static final long REACH = (1L << 31) - (1 << 20);

  private final InProcessMemoryManager memory;
  private final Map<Long, Long> entries = new HashMap<>(); // guarded by itself

  FarBranches(InProcessMemoryManager memory) {
    this.memory = memory;
  }

  @Override
  public void run(LinkGraph graph) {
    if (!anyFar(graph)) {
      return;
    }
    Map<Symbol, Symbol> near = new HashMap<>();
    for (Block block : graph.blocks()) {
      if (block.hasEdges() && block.section().memProt().executable()) {
        lead(graph, block, near);
      }
    }
  }

  private static boolean anyFar(LinkGraph graph) {
    for (Block block : graph.blocks()) {
      if (block.section().memProt().executable()) {
        for (Symbol external : graph.externalSymbols()) {
          if (far(block, external)) {
            return true;
          }
        }
        return false; // Blocks of one graph lie together: what is near one is near all.
      }
    }
    return false;
  }

  /** {@return whether a direct branch from a block may not reach a symbol} */
  static boolean far(Block from, Symbol to) {
    return Math.abs(to.address() - from.address()) > REACH;
  }

  private void lead(LinkGraph graph, Block block, Map<Symbol, Symbol> near) {
    Edges edges = block.edges();
    for (int i = 0, size = edges.size(); i < size; i++) {
      Symbol target = edges.target(i);
      if (target.external() && far(block, target) && graph.target().branches(edges.kind(i))) {
        edges.setTarget(i, near.computeIfAbsent(target, symbol -> entrySymbol(graph, symbol)));
      }
    }
  }

  private Symbol entrySymbol(LinkGraph graph, Symbol function) {
    long entry;
    synchronized (entries) {
      entry = entries.computeIfAbsent(function.address(), memory::createEntry);
    }
    return graph.addAbsoluteSymbol(
        function.name() + "$far", entry, 0, Linkage.STRONG, Scope.LOCAL, true);
  }

  /** Gives all entries back. */
  void release() {
    synchronized (entries) {
      entries.values().forEach(memory::releaseEntry);
      entries.clear();
    }
  }
}
