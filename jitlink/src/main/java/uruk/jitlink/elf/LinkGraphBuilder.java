package uruk.jitlink.elf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.SectionGroup;
import uruk.jitlink.graph.Target;

/**
 * Builds the graph of an ELF object: sections become blocks, symbols symbols, relocations edges.
 */
final class LinkGraphBuilder {
  private final SectionTable sections;
  private final SymbolTable symbols;
  private final GroupTable groups;
  private final LinkGraph graph;
  private final boolean nonAlloc;

  LinkGraphBuilder(
      Target target,
      SectionTable sections,
      SymbolTable symbols,
      GroupTable groups,
      Set<ReadOption> options) {
    this.sections = sections;
    this.symbols = symbols;
    this.groups = groups;
    this.graph = new LinkGraph(sections.file().name(), target);
    this.nonAlloc = options.contains(ReadOption.NON_ALLOC_SECTIONS);
  }

  LinkGraph build() {
    @Nullable Block[] blocks = new BlockReader(graph, sections, nonAlloc).read();
    SymbolReader symbolReader = new SymbolReader(graph, sections, symbols, blocks);
    symbolReader.read();
    new RelocationReader(graph, sections, blocks, symbolReader).read();
    addGroups(blocks);
    return graph;
  }

  private void addGroups(@Nullable Block[] blocks) {
    for (GroupTable.Group group : groups.groups()) {
      List<Block> members = new ArrayList<>(group.members().length());
      for (int i = 0; i < group.members().length(); i++) {
        Block block = blocks[group.members().get(i)];
        if (block != null) {
          members.add(block);
        }
      }
      graph.addGroup(new SectionGroup(group.signature(), members));
    }
  }
}
