package uruk.jitlink.pass;

import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/** What an unwinder's search table needs of a linked graph. */
public final class FrameDescriptions {

  /**
   * Where one function's frame description is.
   *
   * @param function address of the function's first instruction
   * @param description address of the FDE
   */
  public record Entry(long function, long description) {}

  private FrameDescriptions() {}

  /** {@return the descriptions of a graph with final addresses, ordered by function} */
  public static List<Entry> of(LinkGraph graph) {
    Section section = graph.findSection(EhFrame.SECTION);
    if (section == null) {
      return List.of();
    }
    List<Entry> entries = new ArrayList<>(section.blocks().size());
    for (Block block : section.blocks()) {
      addEntries(block, entries);
    }
    entries.sort((a, b) -> Long.compareUnsigned(a.function(), b.function()));
    return entries;
  }

  /** {@return how many descriptions a graph has, whether addresses are final or not} */
  public static int count(LinkGraph graph) {
    Section section = graph.findSection(EhFrame.SECTION);
    if (section == null) {
      return 0;
    }
    int count = 0;
    for (Block block : section.blocks()) {
      for (int begin = 0; begin < block.size(); ) {
        EhFrameRecord record = EhFrameRecord.at(block, begin);
        count += record.fde() ? 1 : 0;
        begin = record.end();
      }
    }
    return count;
  }

  /** The edges of a block with several records are in the order of their offsets. */
  private static void addEntries(Block block, List<Entry> entries) {
    Edges edges = block.edges();
    int edge = 0;
    for (int begin = 0; begin < block.size(); ) {
      EhFrameRecord record = EhFrameRecord.at(block, begin);
      if (record.fde()) {
        while (edge < edges.size() && edges.offset(edge) != record.functionField()) {
          edge++;
        }
        if (edge < edges.size()) {
          long function = edges.target(edge).address() + edges.addend(edge);
          entries.add(new Entry(function, block.address() + begin));
        }
      }
      begin = record.end();
    }
  }
}
