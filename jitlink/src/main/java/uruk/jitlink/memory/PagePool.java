package uruk.jitlink.memory;

import static uruk.jitlink.host.Libc.PROT_EXEC;
import static uruk.jitlink.host.Libc.PROT_NONE;
import static uruk.jitlink.host.Libc.PROT_READ;
import static uruk.jitlink.host.Libc.PROT_WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.host.AddressReserve;
import uruk.jitlink.host.AddressReserve.Placement;
import uruk.jitlink.host.HostException;
import uruk.jitlink.host.Libc;

/**
 * Gives large objects pages of their own: anonymous memory, written first and protected once.
 * Debuggers can set breakpoints there, which they cannot in a shared mapping, and the kernel may
 * use huge pages.
 */
final class PagePool implements Pool {
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  /** Pools of this size serve many objects; larger ones serve one object at a time. */
  static final long SHARED_SIZE = 256L << 20;

  private static final int UNWIND_CAPACITY = 1 << 20;

  /** The variables of so many objects are told to garbage collectors. */
  private static final int DATA_RANGES = 1024;

  private static final long REACH = 1L << 31;
  private static final int HUGE_PAGE = 2 << 20;

  /**
   * So many bytes of freed pages stay in the process: fresh ones, which the kernel has to find and
   * to fill with zeros, take as long as the rest of a link.
   */
  private static final long KEPT_AT_MOST = SHARED_SIZE / 8;

  private final AddressReserve reserve;
  private final long pageSize = Libc.pageSize();
  private final UnwindTable unwindTable;
  private final SpanAllocator spans;
  private final BitSet kept = new BitSet(); // free pages that the process still has
  private long keptBytes;
  private long fresh;
  private int used;

  private PagePool(AddressReserve reserve, UnwindTable unwindTable, long fresh) {
    this.reserve = reserve;
    this.unwindTable = unwindTable;
    this.spans = new SpanAllocator(pageSize, unwindTable);
    this.fresh = fresh;
  }

  /**
   * Opens a module with an empty pool.
   *
   * @param needed what the pool must hold at least, in bytes
   * @param frames how many functions its unwind table must hold at least
   */
  static PagePool open(String name, long needed, int frames, Placement placement) {
    int capacity = Math.max(UNWIND_CAPACITY, frames);
    long pageSize = Libc.pageSize();
    int unwindSize = UnwindTable.sizeFor(capacity);
    long rounded = needed <= REACH ? (needed + pageSize - 1) & -pageSize : powerOfTwo(needed);
    long size = Math.addExact(Math.max(SHARED_SIZE, rounded), unwindSize);
    AddressReserve reserve =
        AddressReserve.open(
            name, size, UnwindTable.HEADER_OFFSET, unwindSize, DATA_RANGES, placement);
    UnwindTable unwindTable = UnwindTable.map(reserve.base(), capacity);
    return new PagePool(reserve, unwindTable, reserve.base() + unwindSize);
  }

  /**
   * Pools stay for ever: with few sizes, the next such object is likely to fit into one of them.
   */
  private static long powerOfTwo(long atLeast) {
    return Math.multiplyExact(2, Long.highestOneBit(atLeast));
  }

  /** {@return whether the pool serves many objects, which then are within reach of each other} */
  boolean isShared() {
    return reserve.size() <= SHARED_SIZE + UnwindTable.sizeFor(UNWIND_CAPACITY);
  }

  /** {@return whether nothing of the pool is in use} */
  boolean isEmpty() {
    return used == 0;
  }

  @Override
  public @Nullable Span allocate(MemProt protection, long size, long alignment, int slots) {
    long aligned = Math.max(alignment, pageSize);
    Span span = spans.allocate(size, aligned, slots);
    if (span == null) {
      span = openSpan(size, aligned, slots);
    }
    if (span != null) {
      map(span);
      if (protection == MemProt.READ_WRITE) {
        reserve.dataRanges().add(span.address(), span.size());
      }
    }
    return span;
  }

  private void map(Span span) {
    try {
      Libc.mprotect(span.address(), span.size(), PROT_READ | PROT_WRITE);
      if (keptBytes > 0) {
        keptBytes -= kept.get(page(span.address()), page(span.end())).cardinality() * pageSize;
        kept.clear(page(span.address()), page(span.end()));
      }
      used++;
    } catch (HostException refused) {
      spans.free(span);
      throw refused;
    }
  }

  private @Nullable Span openSpan(long size, long alignment, int slots) {
    long start = (fresh + alignment - 1) & -alignment;
    long end = start + spans.rounded(size);
    if (end > reserve.base() + reserve.size() || slots > unwindTable.remaining()) {
      return null;
    }
    int firstSlot = unwindTable.append(slots, end);
    if (start > fresh) {
      spans.free(new Span(fresh, start - fresh, firstSlot, 0));
    }
    fresh = end;
    return new Span(start, end - start, firstSlot, slots);
  }

  @Override
  public void free(MemProt protection, Span span) {
    if (protection == MemProt.READ_WRITE) {
      reserve.dataRanges().remove(span.address());
    }
    if (isShared() && keptBytes + span.size() <= KEPT_AT_MOST) {
      Libc.mprotect(span.address(), span.size(), PROT_NONE);
      kept.set(page(span.address()), page(span.end()));
      keptBytes += span.size();
    } else {
      Libc.mapOver(span.address(), span.size(), PROT_NONE);
    }
    spans.free(span);
    used--;
  }

  private int page(long address) {
    return Math.toIntExact((address - reserve.base()) / pageSize);
  }

  @Override
  public ByteBuffer working(MemProt protection, Span span) {
    // Zero-fill blocks come last and are never written: content ends within an object file's size.
    return MemorySegment.ofAddress(span.address())
        .reinterpret(Math.min(span.size(), Integer.MAX_VALUE - 8))
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public int index(MemProt protection, Span span) {
    return 0;
  }

  @Override
  public void zero(MemProt protection, long address, long size) {
    long end = address + size;
    long firstPage = Math.min(end, (address + pageSize - 1) & -pageSize);
    MemorySegment.ofAddress(address).reinterpret(firstPage - address).fill((byte) 0);
    // The other pages have no content: they become fresh ones, which cost nothing until used.
    long pages = (end - firstPage + pageSize - 1) & -pageSize;
    // Pages that are locked in memory (mlockall) the kernel does not take.
    if (pages > 0 && !Libc.madvise(firstPage, pages, Libc.MADV_DONTNEED)) {
      MemorySegment.ofAddress(firstPage).reinterpret(pages).fill((byte) 0);
    }
  }

  /** One call to the kernel costs less than a fault for each page. */
  @Override
  public void expectWrites(MemProt protection, Span span, long size) {
    long pages = (size + pageSize - 1) & -pageSize;
    if (pages >= HUGE_PAGE) {
      Libc.madvise(span.address(), pages, Libc.MADV_HUGEPAGE);
    }
    // A kernel that does not know the advice brings the pages one by one, as they are written.
    Libc.madvise(span.address(), pages, Libc.MADV_POPULATE_WRITE);
  }

  @Override
  public void protect(MemProt protection, Span span) {
    switch (protection) {
      case READ -> Libc.mprotect(span.address(), span.size(), PROT_READ);
      case READ_WRITE -> {}
      case READ_EXEC -> Libc.mprotect(span.address(), span.size(), PROT_READ | PROT_EXEC);
    }
  }

  /** {@return whether an address is in this pool} */
  boolean owns(long address) {
    return Long.compareUnsigned(address - reserve.base(), reserve.size()) < 0;
  }

  /** Code is never made writable again: threads may be running it. */
  @Override
  public boolean patch(MemProt protection, long address, long word) {
    if (!owns(address)) {
      return false;
    }
    long page = address & -pageSize;
    switch (protection) {
      case READ_EXEC ->
          throw new UnsupportedOperationException("code on pages of its own is never changed");
      case READ_WRITE -> store(address, word);
      case READ -> {
        Libc.mprotect(page, pageSize, PROT_READ | PROT_WRITE);
        store(address, word);
        Libc.mprotect(page, pageSize, PROT_READ);
      }
    }
    return true;
  }

  private static void store(long address, long word) {
    WORD.setRelease(MemorySegment.ofAddress(address).reinterpret(Long.BYTES), 0L, word);
  }

  @Override
  public UnwindTable unwindTable() {
    return unwindTable;
  }
}
