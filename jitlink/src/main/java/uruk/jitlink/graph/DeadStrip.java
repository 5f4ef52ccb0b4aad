package uruk.jitlink.graph;

import java.util.ArrayDeque;

/** Finds what live symbols reach and removes the rest; linear in blocks, symbols and edges. */
final class DeadStrip {
  private final ArrayDeque<Block> pending = new ArrayDeque<>();

  private DeadStrip() {}

  static void prune(LinkGraph graph) {
    DeadStrip strip = new DeadStrip();
    strip.startFromLiveSymbols(graph);
    strip.followEdges();
    removeUnreached(graph);
  }

  private void startFromLiveSymbols(LinkGraph graph) {
    for (Section section : graph.sections()) {
      for (Block block : section.blocks()) {
        block.reached = false;
      }
      for (Symbol symbol : section.symbols()) {
        if (symbol.live()) {
          reach(symbol);
        }
      }
    }
  }

  private void followEdges() {
    for (Block block; (block = pending.poll()) != null; ) {
      if (!block.hasEdges()) {
        continue;
      }
      Edges edges = block.edges();
      for (int i = 0, size = edges.size(); i < size; i++) {
        Symbol target = edges.target(i);
        if (!target.live()) {
          target.setLive(true);
          reach(target);
        }
      }
    }
  }

  private void reach(Symbol symbol) {
    if (symbol.addressable() instanceof Block block && !block.reached) {
      block.reached = true;
      pending.add(block);
    }
  }

  private static void removeUnreached(LinkGraph graph) {
    for (Section section : graph.sections()) {
      section.symbolSlots().dropIf(symbol -> !symbol.live());
      section.blockSlots().dropIf(block -> !block.reached);
    }
    graph.externalSlots().dropIf(symbol -> !symbol.live());
  }
}
