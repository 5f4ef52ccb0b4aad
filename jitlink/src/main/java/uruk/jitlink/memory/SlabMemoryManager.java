package uruk.jitlink.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;

/**
 * A memory manager for linking without running: working memory is on the Java heap, and addresses
 * are pretended, in one slab that graphs fill in the order of their links, each segment on a fresh
 * page. Nothing is ever reused.
 *
 * <p>Pages are counted from the slab's first address, which need not be aligned; blocks are aligned
 * by their addresses. A slab at an odd address thus gives the layout of {@code llvm-jitlink
 * -slab-address}.
 */
public final class SlabMemoryManager implements MemoryManager {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final long pageSize;
  private final long end;
  private long next;
  private final Object lock = new Object();

  /**
   * Makes a slab.
   *
   * @param address its first address; any value, aligned or not
   * @param size how many bytes segments may take, with padding
   * @param pageSize where segments begin: multiples of it from {@code address} on; a power of two
   */
  public SlabMemoryManager(long address, long size, long pageSize) {
    if (Long.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("page size " + pageSize + " is not a power of two");
    }
    this.next = address;
    this.end = address + size;
    this.pageSize = pageSize;
  }

  @Override
  public CompletableFuture<InFlightAllocation> allocate(LinkGraph graph) {
    try {
      return CompletableFuture.completedFuture(place(graph));
    } catch (MemoryAllocationException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private InFlightAllocation place(LinkGraph graph) {
    List<Segment> segments = Layout.of(graph).segments();
    List<SegmentRange> ranges = reserve(graph, segments);
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      placeContents(graph, segment);
      placeAddresses(segment, ranges.get(i).address());
    }
    return new Allocation(ranges);
  }

  /** Working memory is without the padding, which may be a thousand times the contents. */
  private static void placeContents(LinkGraph graph, Segment segment) {
    List<Block> contents = segment.blocks().subList(0, segment.contentBlocks());
    long bytes = contents.stream().mapToLong(Block::size).sum();
    if (bytes > LARGEST_ARRAY) {
      throw new MemoryAllocationException(
          "%s: segment %s has 0x%x bytes of contents, and working memory holds 0x%x. Split the object."
              .formatted(graph.name(), segment.memProt(), bytes, LARGEST_ARRAY));
    }
    ByteBuffer memory = ByteBuffer.allocate((int) bytes).order(graph.byteOrder());
    int at = 0;
    for (Block block : contents) {
      int size = (int) block.size();
      memory.put(at, block.content(), block.contentOffset(), size);
      block.setMutableContent(memory, at, size);
      at += size;
    }
  }

  /** Blocks are aligned by their addresses, also where an odd slab makes that another layout. */
  private static void placeAddresses(Segment segment, long begin) {
    long at = begin;
    for (Block block : segment.blocks()) {
      block.setAddress(block.align(at));
      at = block.address() + block.size();
    }
  }

  private List<SegmentRange> reserve(LinkGraph graph, List<Segment> segments) {
    List<SegmentRange> ranges = new ArrayList<>(segments.size());
    synchronized (lock) {
      long at = next;
      for (Segment segment : segments) {
        if (segment.alignment() > pageSize) {
          throw new MemoryAllocationException(
              "%s: Segment alignment greater than page size: %d > %d. Use larger pages."
                  .formatted(graph.name(), segment.alignment(), pageSize));
        }
        if (Long.compareUnsigned(segment.size(), end - at) > 0) {
          throw new MemoryAllocationException(
              "%s: segment %s needs 0x%x bytes, and the slab has 0x%x left. Make the slab larger."
                  .formatted(graph.name(), segment.memProt(), segment.size(), end - at));
        }
        ranges.add(new SegmentRange(segment.memProt(), at, segment.size()));
        long used = segment.size() + (-segment.size() & pageSize - 1);
        at = Long.compareUnsigned(used, end - at) > 0 ? end : at + used;
      }
      next = at;
    }
    return List.copyOf(ranges);
  }

  private record Allocation(List<SegmentRange> segments)
      implements InFlightAllocation, FinalizedAllocation {

    @Override
    public CompletableFuture<FinalizedAllocation> complete() {
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public long footprint() {
      return segments.stream().mapToLong(SegmentRange::size).sum();
    }

    @Override
    public CompletableFuture<Void> abandon() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> deallocate() {
      return CompletableFuture.completedFuture(null);
    }
  }
}
