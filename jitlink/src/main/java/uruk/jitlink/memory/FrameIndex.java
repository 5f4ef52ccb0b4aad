package uruk.jitlink.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/**
 * Finds the frame descriptions of a graph, whose {@code .eh_frame} has been split into one block a
 * record.
 */
final class FrameIndex {
  private static final String SECTION = ".eh_frame";

  /** In a frame description entry, not in a CIE, an edge leads from here back to the CIE. */
  private static final int CIE_POINTER_OFFSET = 4;

  private static final int PC_BEGIN_OFFSET = 8;

  /**
   * One function's frame description.
   *
   * @param function the address of the function's first byte
   * @param description the address of the description
   */
  record Frame(long function, long description) {}

  private FrameIndex() {}

  /** {@return how many functions of the graph have a frame description} */
  static int count(LinkGraph graph) {
    int count = 0;
    for (Block block : records(graph)) {
      if (describesFrame(block)) {
        count++;
      }
    }
    return count;
  }

  /** {@return the frames of a graph whose addresses are final, by function address} */
  static List<Frame> frames(LinkGraph graph) {
    List<Frame> frames = new ArrayList<>();
    for (Block block : records(graph)) {
      if (describesFrame(block)) {
        Edges edges = block.edges();
        int begin = edgeAt(edges, PC_BEGIN_OFFSET);
        if (begin >= 0) {
          long function = edges.target(begin).address() + edges.addend(begin);
          frames.add(new Frame(function, block.address()));
        }
      }
    }
    frames.sort(Comparator.comparingLong(Frame::function));
    return frames;
  }

  private static Iterable<Block> records(LinkGraph graph) {
    Section section = graph.findSection(SECTION);
    return section == null ? List.of() : section.blocks();
  }

  private static boolean describesFrame(Block block) {
    return block.hasEdges() && edgeAt(block.edges(), CIE_POINTER_OFFSET) >= 0;
  }

  private static int edgeAt(Edges edges, int offset) {
    for (int i = 0; i < edges.size(); i++) {
      if (edges.offset(i) == offset && edges.kind(i).field().size() > 0) {
        return i;
      }
    }
    return -1;
  }
}
