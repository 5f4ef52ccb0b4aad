package uruk.jitlink.graph;

/** How long a section's memory lives. */
public enum MemLifetime {
  /** Until the allocation is deallocated. */
  STANDARD,
  /** Until the end of finalization: for what only finalization itself reads. */
  FINALIZE,
  /** The section takes no memory in the target; its bytes stay with the graph. */
  NO_ALLOC
}
