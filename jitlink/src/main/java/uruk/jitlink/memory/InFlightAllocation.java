package uruk.jitlink.memory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import uruk.jitlink.graph.Section;

/**
 * Memory of a graph that is being linked: written, not yet run. Ends in exactly one of {@link
 * #complete()} and {@link #abandon()}.
 */
public interface InFlightAllocation {

  /**
   * Gives memory to sections that were added to the graph since it was allocated, where its code
   * reaches them. They have no frame descriptions.
   *
   * @throws uruk.jitlink.MemoryAllocationException if there is none
   * @throws UnsupportedOperationException if the memory manager lays a graph out only once
   */
  default void allocateAdded(List<Section> added) {
    throw new UnsupportedOperationException("the graph has its memory already");
  }

  /**
   * Makes the working memory the target's: copies it where necessary, sets the protections, and
   * runs what belongs to finalization.
   *
   * @return the finalized memory; or the error, with everything given back
   */
  CompletableFuture<FinalizedAllocation> complete();

  /** Gives everything back. */
  CompletableFuture<Void> abandon();
}
