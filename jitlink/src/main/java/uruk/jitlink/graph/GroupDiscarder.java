package uruk.jitlink.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Takes section groups out of their graph; linear in the sections that they touch. */
final class GroupDiscarder {
  private final LinkGraph graph;
  private final Set<Block> discarded = new LinkedHashSet<>();
  private final Set<Section> touched = new LinkedHashSet<>();

  private GroupDiscarder(LinkGraph graph, Collection<SectionGroup> groups) {
    this.graph = graph;
    for (SectionGroup group : groups) {
      for (Block block : group.blocks()) {
        discarded.add(block);
        touched.add(block.section());
      }
    }
  }

  static void discard(LinkGraph graph, Collection<SectionGroup> groups) {
    GroupDiscarder discarder = new GroupDiscarder(graph, groups);
    discarder.touched.forEach(discarder::turnSymbolsAway);
    discarder.discarded.forEach(graph::removeBlock);
  }

  private void turnSymbolsAway(Section section) {
    List<Symbol> symbols = new ArrayList<>(section.symbols());
    for (Symbol symbol : symbols) {
      if (!discarded.contains(symbol.block())) {
        continue;
      }
      if (symbol.scope() == Scope.LOCAL) {
        graph.makeAbsolute(symbol, 0);
      } else {
        graph.makeExternal(symbol);
      }
    }
  }
}
