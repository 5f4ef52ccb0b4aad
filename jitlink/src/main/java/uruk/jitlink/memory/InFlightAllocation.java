package uruk.jitlink.memory;

import java.util.concurrent.CompletableFuture;

/**
 * Memory of a graph that is being linked: written, not yet run. Ends in exactly one of {@link
 * #complete()} and {@link #abandon()}.
 */
public interface InFlightAllocation {

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
