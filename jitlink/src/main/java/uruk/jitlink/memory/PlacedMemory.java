package uruk.jitlink.memory;

import uruk.jitlink.graph.MemProt;

/**
 * A span of a pool that an object occupies. Holds nothing of the graph: it lives as long as the
 * object does.
 *
 * @param size how many bytes of the span the object asked for
 */
record PlacedMemory(Pool pool, MemProt memProt, Span span, long size) {

  /** Gives the span back; the memory manager's lock is held. */
  void free() {
    pool.free(memProt, span);
  }

  long footprint() {
    return span.size() + (long) span.slots() * UnwindTable.ENTRY_SIZE;
  }

  SegmentRange range() {
    return new SegmentRange(memProt, span.address(), size);
  }
}
