package uruk.jitlink.graph;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes a graph as text, as {@code llvm-jitlink -show-graphs} does. */
final class GraphDump {
  private final LinkGraph graph;
  private final StringBuilder out = new StringBuilder();

  GraphDump(LinkGraph graph) {
    this.graph = graph;
  }

  String text() {
    line("LinkGraph \"%s\" (triple = %s)".formatted(graph.name(), graph.triple()));
    graph.sections().forEach(this::section);
    addressables("Absolute symbols:", graph.absoluteSymbols());
    line("");
    addressables("External symbols:", graph.externalSymbols());
    return out.toString();
  }

  private void section(Section section) {
    line("section %s:".formatted(section.name()));
    line("");
    Map<Block, List<Symbol>> symbols = section.symbolsByBlock();
    section.blocks().stream()
        .sorted(Comparator.comparing(Block::address, Long::compareUnsigned))
        .forEach(block -> block(block, symbols.getOrDefault(block, List.of())));
  }

  private void block(Block block, List<Symbol> symbols) {
    line(
        "  block 0x%x size = 0x%08x, align = %d, alignment-offset = %d%s"
            .formatted(
                block.address(),
                block.size(),
                block.alignment(),
                block.alignmentOffset(),
                block.zeroFill() ? ", zero-fill" : ""));
    symbolsOf(symbols);
    edgesOf(block);
    line("");
  }

  private void symbolsOf(List<Symbol> symbols) {
    if (symbols.isEmpty()) {
      line("    no symbols");
      return;
    }
    line("    symbols:");
    symbols.stream()
        .sorted(Comparator.comparingLong(Symbol::offset).thenComparingLong(Symbol::size))
        .forEach(symbol -> line("      " + describe(symbol, "block")));
  }

  private void edgesOf(Block block) {
    if (!block.hasEdges()) {
      line("    no edges");
      return;
    }
    line("    edges:");
    block.edges().asList().stream()
        .sorted(Comparator.comparingInt(Edge::offset))
        .forEach(edge -> edge(block, edge));
  }

  private void edge(Block block, Edge edge) {
    line(
        "      0x%x (block + 0x%08x), addend = %s0x%08x, kind = %s, target = %s"
            .formatted(
                block.address() + edge.offset(),
                edge.offset(),
                edge.addend() < 0 ? "-" : "+",
                Math.abs(edge.addend()),
                edge.kind().llvmName(),
                edge.target()));
  }

  private void addressables(String title, Collection<Symbol> symbols) {
    line(title);
    if (symbols.isEmpty()) {
      line("  none");
    }
    for (Symbol symbol : symbols) {
      line("  0x%x: %s".formatted(symbol.address(), describe(symbol, "addressable")));
    }
  }

  private static String describe(Symbol symbol, String base) {
    return "0x%x (%s + 0x%08x): size: 0x%08x, linkage: %s, scope: %s, %s  -   %s"
        .formatted(
            symbol.address(),
            base,
            symbol.offset(),
            symbol.size(),
            symbol.linkage(),
            symbol.scope(),
            symbol.live() ? "live" : "dead",
            symbol.hasName() ? symbol.name() : "<anonymous symbol>");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
