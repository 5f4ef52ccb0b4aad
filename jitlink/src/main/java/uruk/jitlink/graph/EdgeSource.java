package uruk.jitlink.graph;

/** Knows the edges of a block that nobody has asked for yet. */
@FunctionalInterface
public interface EdgeSource {
  /**
   * Adds the edges to the block's own; called once, by the thread that owns the graph.
   *
   * @throws uruk.jitlink.LinkException if the file that they come from is malformed
   */
  void addTo(Block block);
}
