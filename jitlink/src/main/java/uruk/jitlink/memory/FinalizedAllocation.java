package uruk.jitlink.memory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import uruk.jitlink.graph.MemProt;

/** Memory of a linked graph, in use until it is deallocated. */
public interface FinalizedAllocation {

  /** {@return the address ranges, in the order of their addresses; empty ones are left out} */
  List<SegmentRange> segments();

  /**
   * {@return all bytes that the allocation keeps others from using: its segments, what they are
   * rounded up to, and their share of the unwind table}
   */
  long footprint();

  /**
   * Gives the memory of one protection back early: its ranges leave {@link #segments}. The caller
   * vouches that nobody uses it any more. An implementation whose memory cannot be divided keeps it
   * until {@link #deallocate()}.
   */
  default void deallocate(MemProt protection) {}

  /**
   * Gives the memory back. The caller vouches that nobody uses it any more. A second call is an
   * error.
   */
  CompletableFuture<Void> deallocate();
}
