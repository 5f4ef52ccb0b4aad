package uruk.tools.inspect;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import uruk.jitlink.graph.LinkGraph;

/** A graph as LLVM's tools dump it; with one symbol, only the blocks that concern it. */
final class GraphText {
  private static final Pattern BLOCK = Pattern.compile("(?m)^(?=  block 0x|section |Absolute )");

  private GraphText() {}

  static String of(LinkGraph graph, Optional<String> symbol) {
    String dump = graph.dump();
    if (symbol.isEmpty()) {
      return dump;
    }
    GraphPart part = GraphPart.of(graph, symbol);
    Stream<String> shown =
        graph.sections().stream()
            .flatMap(section -> part.blocks(section).stream())
            .map(block -> "  block 0x%x size = 0x%08x,".formatted(block.address(), block.size()));
    Set<String> heads = shown.collect(Collectors.toSet());
    return Stream.of(BLOCK.split(dump))
        .filter(piece -> !piece.startsWith("  block") || heads.contains(head(piece)))
        .collect(Collectors.joining());
  }

  private static String head(String piece) {
    return piece.substring(0, piece.indexOf(',') + 1);
  }
}
