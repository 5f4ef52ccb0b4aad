package uruk.jitlink.memory;

import java.util.concurrent.CompletableFuture;
import uruk.jitlink.graph.LinkGraph;

/** Gives graphs memory. Implementations are safe for use by many threads. */
public interface MemoryManager {

  /**
   * Allocates working memory and target addresses for all blocks of a graph that live in memory.
   *
   * <p>When the future completes, every such block has its final address, and its content has been
   * copied to working memory, to which {@code Block.content()} then points. Blocks of sections with
   * lifetime {@code NO_ALLOC} are left alone.
   *
   * @return the allocation; or a {@code MemoryAllocationException}, with nothing left allocated
   */
  CompletableFuture<InFlightAllocation> allocate(LinkGraph graph);
}
