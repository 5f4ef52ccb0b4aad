package uruk.jitlink.memory;

import static uruk.jitlink.host.Libc.MADV_DONTNEED;
import static uruk.jitlink.host.Libc.MADV_REMOVE;
import static uruk.jitlink.host.Libc.MAP_FIXED;
import static uruk.jitlink.host.Libc.MAP_SHARED;
import static uruk.jitlink.host.Libc.PROT_READ;
import static uruk.jitlink.host.Libc.PROT_WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import uruk.jitlink.host.Libc;

/**
 * Address space with memory behind it, divided by a {@link SpanAllocator}.
 *
 * <p>A <em>shared</em> region is a file in memory that is mapped twice: programs see a view that is
 * never writable, we write through a view that is never executable. Code of many small objects can
 * so share pages: a page that other threads execute could never be made writable. A
 * <em>private</em> region is ordinary memory, so that a forked child does not write into its
 * parent's data.
 */
final class Region {
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final long address;
  private final long writableAddress;
  private final ByteBuffer writable;
  private final int freePagesAdvice;
  private final SpanAllocator spans;

  private Region(
      long address, long writableAddress, int size, int freePagesAdvice, SpanAllocator spans) {
    this.address = address;
    this.writableAddress = writableAddress;
    this.writable =
        MemorySegment.ofAddress(writableAddress)
            .reinterpret(size)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    this.freePagesAdvice = freePagesAdvice;
    this.spans = spans;
  }

  /**
   * Maps a shared region.
   *
   * @param address in a reserve, page-aligned
   * @param protection of the view that programs see
   */
  static Region shared(String name, long address, int size, int protection, SpanAllocator spans) {
    int file = Libc.memoryFile(name, size);
    try {
      Libc.mmap(address, size, protection, MAP_FIXED | MAP_SHARED, file, 0);
      long writable = Libc.mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      return new Region(address, writable, size, MADV_REMOVE, spans);
    } finally {
      // The mappings keep the file alive.
      Libc.close(file);
    }
  }

  /** Maps a private region over a reserve. */
  static Region ofPrivate(long address, int size, SpanAllocator spans) {
    Libc.mapOver(address, size, PROT_READ | PROT_WRITE);
    return new Region(address, address, size, MADV_DONTNEED, spans);
  }

  /** {@return the first address as programs see it} */
  long address() {
    return address;
  }

  /** {@return the writable view of the whole region; index 0 is {@link #address()}} */
  ByteBuffer writable() {
    return writable;
  }

  /** {@return where an address of the region stands in {@link #writable()}} */
  int indexOf(long place) {
    return (int) (place - address);
  }

  SpanAllocator spans() {
    return spans;
  }

  /** {@return whether a place is in this region, as programs see it} */
  boolean owns(long place) {
    return Long.compareUnsigned(place - address, writable.capacity()) < 0;
  }

  /**
   * Replaces an aligned 8-byte word by one store, which programs see at once.
   *
   * @return false if the place is not in this region
   */
  boolean patch(long place, long word) {
    if (!owns(place)) {
      return false;
    }
    WORD.setRelease(MemorySegment.ofBuffer(writable), place - address, word);
    return true;
  }

  /** Overwrites a range; used for zero-fill and for poison. */
  void fill(long place, long size, byte value) {
    MemorySegment.ofAddress(writableAddress + (place - address)).reinterpret(size).fill(value);
  }

  /** Gives the memory of whole free pages back to the system; their addresses stay. */
  void releaseFreePages(long atLeast) {
    long pageSize = Libc.pageSize();
    spans.forEachFree(
        atLeast,
        span -> {
          long start = (span.address() + pageSize - 1) & -pageSize;
          long end = span.end() & -pageSize;
          if (start < end) {
            Libc.madvise(writableAddress + (start - address), end - start, freePagesAdvice);
          }
        });
  }
}
