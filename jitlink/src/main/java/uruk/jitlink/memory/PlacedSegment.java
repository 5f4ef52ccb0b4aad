package uruk.jitlink.memory;

import java.nio.ByteBuffer;
import java.util.List;
import uruk.jitlink.pass.FrameDescriptions;

/** One segment of a graph in the memory that it was given. */
record PlacedSegment(Segment segment, PlacedMemory memory) {

  /** Gives the segment's blocks their addresses, contents and zeros. */
  void fill() {
    Pool pool = memory.pool();
    Span span = memory.span();
    if (segment.contentSize() > 0) {
      pool.expectWrites(memory.memProt(), span, segment.contentSize());
    }
    ByteBuffer working = pool.working(memory.memProt(), span);
    int index = pool.index(memory.memProt(), span);
    Layout.place(segment, span.address(), working, index);
    if (segment.zeroFillSize() > 0) {
      long start = span.address() + segment.contentSize();
      pool.zero(memory.memProt(), start, segment.zeroFillSize());
    }
  }

  /** Publishes the functions that lie in this segment to unwinders. */
  void publish(List<FrameDescriptions.Entry> frames) {
    if (memory.memProt().executable()) {
      SegmentRange range = memory.range();
      int slot = memory.span().firstSlot();
      for (FrameDescriptions.Entry frame : frames) {
        if (range.contains(frame.function())) {
          if (slot == memory.span().firstSlot() + memory.span().slots()) {
            throw new IllegalStateException(
                "there are more frame descriptions than when the memory was allocated");
          }
          memory.pool().unwindTable().set(slot++, frame.function(), frame.description());
        }
      }
    }
  }

  /** Gives written memory its protection for running. */
  void protect() {
    memory.pool().protect(memory.memProt(), memory.span());
  }
}
