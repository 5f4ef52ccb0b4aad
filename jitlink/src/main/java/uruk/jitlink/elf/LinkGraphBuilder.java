package uruk.jitlink.elf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.SectionGroup;

/**
 * Builds the graph of one ELF object or several: sections become blocks, symbols symbols,
 * relocations edges.
 */
final class LinkGraphBuilder {
  private final LinkGraph graph;
  private final boolean nonAlloc;
  private final boolean outputSections;
  private final boolean edgesWhenAsked;
  private final RelocationColumns relocations;
  private final @Nullable SharedNames shared;
  private final Map<Section, Long> ends = new HashMap<>();

  /**
   * Begins a graph.
   *
   * @param graph is empty yet
   * @param shared null for a graph of one object
   */
  LinkGraphBuilder(LinkGraph graph, Set<ReadOption> options, @Nullable SharedNames shared) {
    this.graph = graph;
    this.nonAlloc = options.contains(ReadOption.NON_ALLOC_SECTIONS);
    this.outputSections = options.contains(ReadOption.OUTPUT_SECTIONS);
    this.edgesWhenAsked = options.contains(ReadOption.EDGES_WHEN_ASKED);
    this.relocations = new RelocationColumns(graph.target());
    this.shared = shared;
  }

  /** Adds an object. */
  void add(SectionTable sections, SymbolTable symbols, GroupTable groups) {
    graph.setFile(sections.file().name());
    boolean[] skipped = skipped(sections, groups);
    @Nullable Block[] blocks =
        new BlockReader(graph, sections, nonAlloc, outputSections, skipped, ends, shared != null)
            .read();
    SymbolReader symbolReader = new SymbolReader(graph, sections, symbols, blocks, skipped, shared);
    symbolReader.read();
    new RelocationReader(relocations, sections, blocks, symbolReader).read(edgesWhenAsked);
    addGroups(groups, blocks);
  }

  /** {@return the graph of the objects that were added} */
  LinkGraph graph() {
    graph.setFile(graph.name());
    return graph;
  }

  /** {@return by index the sections whose group another file has brought} */
  private boolean[] skipped(SectionTable sections, GroupTable groups) {
    boolean[] skipped = new boolean[sections.count()];
    if (shared != null) {
      for (GroupTable.Group group : groups.groups()) {
        if (!shared.takesGroup(group.signature())) {
          for (int i = 0; i < group.members().length(); i++) {
            skipped[group.members().get(i)] = true;
          }
        }
      }
    }
    return skipped;
  }

  private void addGroups(GroupTable groups, @Nullable Block[] blocks) {
    for (GroupTable.Group group : groups.groups()) {
      List<Block> members = new ArrayList<>(group.members().length());
      for (int i = 0; i < group.members().length(); i++) {
        Block block = blocks[group.members().get(i)];
        if (block != null) {
          members.add(block);
        }
      }
      if (shared == null || !members.isEmpty()) {
        graph.addGroup(new SectionGroup(group.signature(), members));
      }
    }
  }
}
