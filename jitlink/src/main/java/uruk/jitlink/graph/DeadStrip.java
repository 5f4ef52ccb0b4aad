package uruk.jitlink.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds what live symbols reach and removes the rest; linear in blocks, symbols and edges. */
final class DeadStrip {
  private final ArrayDeque<Block> pending = new ArrayDeque<>();
  private final List<Symbol> roots = new ArrayList<>();

  private DeadStrip() {}

  static void prune(LinkGraph graph) {
    DeadStrip strip = new DeadStrip();
    strip.startFromLiveSymbols(graph);
    strip.followEdges();
    removeUnreached(graph);
  }

  /** See {@link LinkGraph#pruneBut}. */
  static void pruneBut(
      LinkGraph graph, @Nullable Section descriptions, Function<Block, BitSet> described) {
    DeadStrip strip = new DeadStrip();
    strip.startFromLiveSymbols(graph);
    if (descriptions != null) {
      strip.startFromDescriptions(descriptions, described);
    }
    strip.followEdges();
    if (descriptions != null) {
      keepDescribed(descriptions);
    }
    removeUnreached(graph);
    strip.reviveRootsOnly(graph);
  }

  private void startFromDescriptions(Section descriptions, Function<Block, BitSet> described) {
    for (Symbol symbol : descriptions.symbols()) {
      symbol.setLive(true);
    }
    for (Block block : descriptions.blocks()) {
      block.reached = true;
      if (block.hasEdges()) {
        Edges edges = block.edges();
        BitSet places = described.apply(block);
        for (int i = 0, size = edges.size(); i < size; i++) {
          Symbol target = edges.target(i);
          if (!target.live() && !places.get(edges.offset(i))) {
            target.setLive(true);
            reach(target);
          }
        }
      }
    }
  }

  /** Descriptions may know code that is kept by symbols that nobody else refers to. */
  private static void keepDescribed(Section descriptions) {
    for (Block block : descriptions.blocks()) {
      if (block.hasEdges()) {
        Edges edges = block.edges();
        for (int i = 0, size = edges.size(); i < size; i++) {
          if (edges.target(i).addressable() instanceof Block described && described.reached) {
            edges.target(i).setLive(true);
          }
        }
      }
    }
  }

  private void reviveRootsOnly(LinkGraph graph) {
    for (Section section : graph.sections()) {
      for (Symbol symbol : section.symbols()) {
        symbol.setLive(false);
      }
    }
    for (Symbol symbol : graph.externalSymbols()) {
      symbol.setLive(false);
    }
    for (Symbol root : roots) {
      root.setLive(true);
    }
  }

  private void startFromLiveSymbols(LinkGraph graph) {
    for (Section section : graph.sections()) {
      for (Block block : section.blocks()) {
        block.reached = false;
      }
      for (Symbol symbol : section.symbols()) {
        if (symbol.live()) {
          roots.add(symbol);
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
