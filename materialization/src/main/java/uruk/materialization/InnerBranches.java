package uruk.materialization;

import uruk.jitlink.Pass;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.InProcessMemoryManager;

/**
 * Pre-fixup pass: refuses calls and jumps to places inside of other objects' functions, such as
 * {@code call f+16}. What others know of a function is its entry, and behind that are those of
 * other functions.
 */
final class InnerBranches implements Pass {
  /** The addend of a plain distance to the beginning of a branch's target. */
  private static final long OF_PLAIN_DISTANCE = -Integer.BYTES;

  private final InProcessMemoryManager memory;

  InnerBranches(InProcessMemoryManager memory) {
    this.memory = memory;
  }

  @Override
  public void run(LinkGraph graph) {
    if (graph.externalSymbols().stream().anyMatch(symbol -> memory.isEntry(symbol.address()))) {
      check(graph);
    }
  }

  private void check(LinkGraph graph) {
    EdgeKindTable kinds = graph.target().edgeKinds();
    boolean[] branches = new boolean[kinds.size()];
    for (int code = 0; code < branches.length; code++) {
      branches[code] = graph.target().branches(kinds.kind(code));
    }
    for (Block block : graph.blocks()) {
      if (block.hasEdges() && block.section().memProt().executable()) {
        check(block, branches);
      }
    }
  }

  private void check(Block block, boolean[] branches) {
    Edges edges = block.edges();
    for (int i = 0, size = edges.size(); i < size; i++) {
      boolean branch = branches[edges.code(i)];
      if (edges.addend(i) == (branch ? 0 : OF_PLAIN_DISTANCE)) {
        continue;
      }
      Symbol target = edges.target(i);
      if (target.external()
          && memory.isEntry(target.address())
          && (branch || block.section().graph().target().branches(block, i, 0))) {
        throw inner(block, edges.edge(i), branch);
      }
    }
  }

  private static UnsupportedObjectException inner(Block block, Edge edge, boolean branch) {
    return new UnsupportedObjectException(
        block.file(),
        "a branch to %s%+d, which is inside of another object's function,"
            .formatted(edge.target().name(), edge.addend() - (branch ? 0 : OF_PLAIN_DISTANCE)),
        "Give that place a name, or make the two objects one with ld -r.");
  }
}
