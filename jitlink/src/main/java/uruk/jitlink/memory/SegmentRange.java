package uruk.jitlink.memory;

import uruk.jitlink.graph.MemProt;

/**
 * A range of target addresses that belongs to one allocation.
 *
 * @param memProt its protection
 * @param address its first address
 * @param size its size in bytes, without padding to pages
 */
public record SegmentRange(MemProt memProt, long address, long size) {

  /** {@return whether the address lies in the range} */
  public boolean contains(long candidate) {
    return Long.compareUnsigned(candidate - address, size) < 0;
  }
}
