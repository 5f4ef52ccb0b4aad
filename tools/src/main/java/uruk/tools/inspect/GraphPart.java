package uruk.tools.inspect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.tools.CommandException;

/**
 * The blocks of a graph that are shown: all of them, or one symbol's with those that it refers to
 * and those that refer to it.
 */
final class GraphPart {
  private final LinkGraph graph;
  private final Set<Block> blocks;

  private GraphPart(LinkGraph graph, Set<Block> blocks) {
    this.graph = graph;
    this.blocks = blocks;
  }

  static GraphPart of(LinkGraph graph, Optional<String> symbol) {
    Set<Block> blocks = Collections.newSetFromMap(new IdentityHashMap<>());
    if (symbol.isEmpty()) {
      blocks.addAll(graph.blocks());
    } else {
      addAround(graph, symbol.get(), blocks);
    }
    return new GraphPart(graph, blocks);
  }

  private static void addAround(LinkGraph graph, String name, Set<Block> blocks) {
    Symbol centre = graph.findDefinedSymbol(name);
    if (centre == null && graph.findExternalSymbol(name) == null) {
      throw new CommandException(
          "%s: its graph has no symbol %s here. Leave --symbol to see all of them."
              .formatted(graph.name(), name));
    }
    Block own = centre == null ? null : centre.block();
    if (own != null) {
      blocks.add(own);
      if (own.hasEdges()) {
        own.edges().asList().forEach(edge -> addTarget(edge, blocks));
      }
    }
    for (Block block : graph.blocks()) {
      if (block.hasEdges()
          && block.edges().asList().stream().anyMatch(edge -> leadsTo(edge, name, own))) {
        blocks.add(block);
      }
    }
  }

  private static void addTarget(Edge edge, Set<Block> blocks) {
    if (edge.target().defined()) {
      blocks.add(edge.target().block());
    }
  }

  private static boolean leadsTo(Edge edge, String name, @Nullable Block own) {
    return edge.target().defined()
        ? edge.target().block() == own
        : edge.target().name().equals(name);
  }

  LinkGraph graph() {
    return graph;
  }

  /** {@return the shown blocks of a section by address} */
  List<Block> blocks(Section section) {
    List<Block> shown = new ArrayList<>();
    for (Block block : section.blocks()) {
      if (blocks.contains(block)) {
        shown.add(block);
      }
    }
    shown.sort(Comparator.comparing(Block::address, Long::compareUnsigned));
    return shown;
  }

  /** {@return the symbols of a block by offset} */
  static List<Symbol> symbols(Map<Block, List<Symbol>> symbolsByBlock, Block block) {
    List<Symbol> symbols = new ArrayList<>(symbolsByBlock.getOrDefault(block, List.of()));
    symbols.sort(Comparator.comparingLong(Symbol::offset));
    return symbols;
  }

  /** {@return the edges of a block by offset} */
  static List<Edge> edges(Block block) {
    return block.hasEdges()
        ? block.edges().asList().stream().sorted(Comparator.comparingInt(Edge::offset)).toList()
        : List.of();
  }

  /** {@return whether a block is shown} */
  boolean shows(Block block) {
    return blocks.contains(block);
  }
}
