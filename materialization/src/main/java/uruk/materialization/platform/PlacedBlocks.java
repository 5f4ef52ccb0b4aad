package uruk.materialization.platform;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Section;

/**
 * Where the blocks of an object file have come to stand, so that a graph that is read from the same
 * file later, now with its debug sections, can be given the same addresses. One link's thread fills
 * it, others read it after the link.
 */
final class PlacedBlocks {
  /** The address of a block that is not in memory: pruned, or defined by another object. */
  private static final long DROPPED = 0;

  private final Predicate<Section> wanted;
  private List<Block> blocks = List.of();
  private long[] addresses = {};

  /**
   * @param wanted which sections' blocks count; those that take no memory never do
   */
  PlacedBlocks(Predicate<Section> wanted) {
    this.wanted = wanted;
  }

  /** First pass: takes down the blocks in the order of the object file. */
  void remember(LinkGraph graph) {
    blocks = blocksOf(graph);
  }

  private List<Block> blocksOf(LinkGraph graph) {
    List<Block> found = new ArrayList<>();
    for (Section section : graph.sections()) {
      if (section.memLifetime() != MemLifetime.NO_ALLOC && wanted.test(section)) {
        found.addAll(section.blocks());
      }
    }
    return found;
  }

  /** Last pass: takes down where the blocks are in memory. */
  void place(LinkGraph graph) {
    Set<Block> linked = new HashSet<>(blocksOf(graph));
    addresses =
        blocks.stream()
            .mapToLong(block -> linked.contains(block) ? block.address() : DROPPED)
            .toArray();
    blocks = List.of();
  }

  /**
   * Gives the blocks of a graph that was read anew from the same file their addresses.
   *
   * @return the blocks that are not in memory
   */
  Set<Block> applyTo(LinkGraph graph) {
    List<Block> same = blocksOf(graph);
    Set<Block> dropped = new HashSet<>();
    for (int i = 0; i < same.size(); i++) {
      long address = i < addresses.length ? addresses[i] : DROPPED;
      same.get(i).setAddress(address);
      if (address == DROPPED) {
        dropped.add(same.get(i));
      }
    }
    return dropped;
  }
}
