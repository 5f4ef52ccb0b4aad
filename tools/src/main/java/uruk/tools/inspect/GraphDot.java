package uruk.tools.inspect;

import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.host.Demangler;

/**
 * A graph for Graphviz: a cluster for each section, a node for each block and external symbol, an
 * arrow for each kind of edge between two nodes.
 */
final class GraphDot {
  private static final int SYMBOLS_SHOWN = 6;

  private final GraphPart part;
  private final IdentityHashMap<Block, String> nodes = new IdentityHashMap<>();
  private final StringBuilder text = new StringBuilder();

  private GraphDot(GraphPart part) {
    this.part = part;
  }

  static String of(GraphPart part) {
    GraphDot dot = new GraphDot(part);
    dot.print();
    return dot.text.toString();
  }

  private void print() {
    line("digraph %s {".formatted(quoted(part.graph().name())));
    line("  rankdir=LR; node [shape=box, fontname=monospace]; edge [fontname=monospace];");
    int cluster = 0;
    for (Section section : part.graph().sections()) {
      List<Block> blocks = part.blocks(section);
      if (!blocks.isEmpty()) {
        printSection(section, blocks, cluster++);
      }
    }
    Set<String> outside = new LinkedHashSet<>();
    for (Section section : part.graph().sections()) {
      part.blocks(section).forEach(block -> printEdges(block, outside));
    }
    outside.forEach(name -> line("  %s [shape=ellipse];".formatted(quoted(name))));
    line("}");
  }

  private void printSection(Section section, List<Block> blocks, int cluster) {
    line("  subgraph cluster_%d {".formatted(cluster));
    line("    label=%s;".formatted(quoted(section.name() + " " + section.memProt())));
    Map<Block, List<Symbol>> symbols = section.symbolsByBlock();
    for (Block block : blocks) {
      String node = "b" + nodes.size();
      nodes.put(block, node);
      line(
          "    %s [label=%s];"
              .formatted(node, quoted(label(block, GraphPart.symbols(symbols, block)))));
    }
    line("  }");
  }

  private static String label(Block block, List<Symbol> symbols) {
    List<String> names =
        symbols.stream().filter(Symbol::hasName).map(s -> readable(s.name())).toList();
    String shown = names.stream().limit(SYMBOLS_SHOWN).collect(Collectors.joining("\n"));
    String more =
        names.size() > SYMBOLS_SHOWN ? "\nand %d more".formatted(names.size() - SYMBOLS_SHOWN) : "";
    String size =
        "0x%x, %d bytes%s"
            .formatted(block.address(), block.size(), block.zeroFill() ? " of zeros" : "");
    return shown.isEmpty() ? size : shown + more + "\n" + size;
  }

  private void printEdges(Block block, Set<String> outside) {
    Set<String> arrows = new LinkedHashSet<>();
    for (Edge edge : GraphPart.edges(block)) {
      Symbol target = edge.target();
      String kind = quoted(edge.kind().llvmName());
      if (!target.defined()) {
        String name =
            target.hasName() ? readable(target.name()) : "0x%x".formatted(target.address());
        outside.add(name);
        arrows.add("%s [label=%s]".formatted(quoted(name), kind));
      } else if (part.shows(target.block())) {
        arrows.add("%s [label=%s]".formatted(nodes.get(target.block()), kind));
      }
    }
    arrows.forEach(arrow -> line("  %s -> %s;".formatted(nodes.get(block), arrow)));
  }

  private static String readable(String name) {
    String demangled = Demangler.demangle(name);
    return demangled == null ? name : demangled;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
