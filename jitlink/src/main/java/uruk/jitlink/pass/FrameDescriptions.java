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
      addEntry(block, entries);
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
      if (EhFrameRecord.at(block, 0).fde()) {
        count++;
      }
    }
    return count;
  }

  private static void addEntry(Block block, List<Entry> entries) {
    EhFrameRecord record = EhFrameRecord.at(block, 0);
    if (!record.fde()) {
      return;
    }
    Edges edges = block.edges();
    for (int i = 0; i < edges.size(); i++) {
      if (edges.offset(i) == record.functionField()) {
        entries.add(new Entry(edges.target(i).address() + edges.addend(i), block.address()));
        return;
      }
    }
  }
}
