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

  private static final String SECTION = "section ";

  private GraphText() {}

  static String of(LinkGraph graph, Optional<String> symbol) {
    String dump = graph.dump();
    if (symbol.isEmpty()) {
      return dump;
    }
    GraphPart part = GraphPart.of(graph, symbol);
    Stream<String> blocks =
        graph.sections().stream()
            .flatMap(section -> part.blocks(section).stream())
            .map(block ->
                "section %s:  block 0x%x size = 0x%08x,"
                    .formatted(block.section().name(), block.address(), block.size()));
    Set<String> heads = blocks.collect(Collectors.toSet());
    StringBuilder shown = new StringBuilder();
    String section = "";
    String title = ""; // shown with the section's first block, if one is shown
    for (String piece : BLOCK.splitAsStream(dump).toList()) {
      if (piece.startsWith(SECTION)) {
        section = piece.strip();
        title = piece;
      } else if (!piece.startsWith("  block")) {
        shown.append(piece);
      } else if (heads.contains(section + head(piece))) {
        shown.append(title).append(piece);
        title = "";
      }
    }
    return shown.toString();
  }

  private static String head(String piece) {
    return piece.substring(0, piece.indexOf(',') + 1);
  }
}
