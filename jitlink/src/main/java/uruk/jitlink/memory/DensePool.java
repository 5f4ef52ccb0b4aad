package uruk.jitlink.memory;

import static uruk.jitlink.host.Libc.PROT_EXEC;
import static uruk.jitlink.host.Libc.PROT_READ;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Target;
import uruk.jitlink.host.AddressReserve;
import uruk.jitlink.host.AddressReserve.Placement;
import uruk.jitlink.host.DataRanges;

/**
 * Packs small objects densely: code with code, read-only data with read-only data, writable data
 * with writable data. However many objects there are, the mappings are these few:
 *
 * <pre>
 *   unwind table | entries, code (shared) | read-only, slots (shared) | writable (private)
 * </pre>
 */
final class DensePool implements Pool {
  private static final int CODE_SIZE = 64 << 20;
  private static final int READ_ONLY_SIZE = 48 << 20;
  private static final int WRITABLE_SIZE = 48 << 20;

  /** Code is opened in chunks, each with its run of the unwind table. */
  private static final int CHUNK_SIZE = 64 << 10;

  /** One function for every 64 bytes of code is more than compilers emit on average. */
  private static final int CHUNK_SLOTS = CHUNK_SIZE / 64;

  private static final int ENTRY_CAPACITY = 1 << 19;
  private static final int ENTRIES_SIZE = ENTRY_CAPACITY * EntryTable.ENTRY_SIZE;

  private static final int UNWIND_CAPACITY = CODE_SIZE / CHUNK_SIZE * CHUNK_SLOTS;
  private static final int UNWIND_SIZE = UnwindTable.sizeFor(UNWIND_CAPACITY);
  private static final long GRANULE = 16;

  /** Free memory is given back to the system when so much has been freed since the last time. */
  private static final long RELEASE_AFTER = 4 << 20;

  private final Map<MemProt, Region> regions = new EnumMap<>(MemProt.class);
  private final UnwindTable unwindTable;
  private final EntryTable entries;
  private final DataRanges dataRanges;
  private final byte trap;
  private long dataSize;
  private long codeOpened;
  private long freedSinceRelease;

  private DensePool(String name, AddressReserve reserve, Target target) {
    Place place = new Place(reserve.base());
    unwindTable = UnwindTable.map(place.next(UNWIND_SIZE), UNWIND_CAPACITY);
    Region entryCode =
        Region.shared(
            name + "-entries",
            place.next(ENTRIES_SIZE),
            ENTRIES_SIZE,
            PROT_READ | PROT_EXEC,
            withoutSlots());
    Region code =
        Region.shared(
            name + "-code",
            place.next(CODE_SIZE),
            CODE_SIZE,
            PROT_READ | PROT_EXEC,
            new SpanAllocator(GRANULE, unwindTable));
    Region entrySlots =
        Region.shared(
            name + "-slots", place.next(ENTRIES_SIZE), ENTRIES_SIZE, PROT_READ, withoutSlots());
    Region readOnly =
        Region.shared(
            name + "-data", place.next(READ_ONLY_SIZE), READ_ONLY_SIZE, PROT_READ, withoutSlots());
    Region writable = Region.ofPrivate(place.next(WRITABLE_SIZE), WRITABLE_SIZE, withoutSlots());
    dataRanges = reserve.dataRanges();
    trap = target.trap();
    entries = new EntryTable(entryCode, entrySlots, ENTRY_CAPACITY, target);
    regions.put(MemProt.READ_EXEC, code);
    regions.put(MemProt.READ, readOnly);
    regions.put(MemProt.READ_WRITE, writable);
    readOnly.spans().add(new Span(readOnly.address(), READ_ONLY_SIZE, 0, 0));
    writable.spans().add(new Span(writable.address(), WRITABLE_SIZE, 0, 0));
    dataRanges.add(writable.address(), dataSize);
  }

  /** Opens a module with an empty pool whose entries are for the given machine. */
  static DensePool open(String name, Target target, Placement placement) {
    long size = UNWIND_SIZE + 2L * ENTRIES_SIZE + CODE_SIZE + READ_ONLY_SIZE + WRITABLE_SIZE;
    AddressReserve reserve =
        AddressReserve.open(name, size, UnwindTable.HEADER_OFFSET, UNWIND_SIZE, 1, placement);
    return new DensePool(name, reserve, target);
  }

  private static SpanAllocator withoutSlots() {
    return new SpanAllocator(GRANULE, SpanAllocator.Tombstones.NONE);
  }

  /** Cuts a reserve into pieces. */
  private static final class Place {
    private long address;

    Place(long address) {
      this.address = address;
    }

    long next(int size) {
      long here = address;
      address += size;
      return here;
    }
  }

  /** {@return the entries of this module} */
  EntryTable entries() {
    return entries;
  }

  @Override
  public @Nullable Span allocate(MemProt protection, long size, long alignment, int slots) {
    Span span = spans(protection).allocate(size, alignment, slots);
    if (span == null && protection == MemProt.READ_EXEC) {
      span = openChunk(size, alignment, slots);
    }
    if (span != null && protection == MemProt.READ_WRITE) {
      growData(span);
    }
    return span;
  }

  /** What has been given back in between holds zeros or old values; it can be read. */
  private void growData(Span span) {
    long start = region(MemProt.READ_WRITE).address();
    if (span.end() - start > dataSize) {
      dataSize = span.end() - start;
      dataRanges.grow(start, dataSize);
    }
  }

  private @Nullable Span openChunk(long size, long alignment, int slots) {
    long chunkSize = CHUNK_SIZE * Math.ceilDiv(size + alignment, CHUNK_SIZE);
    int chunkSlots = Math.max(slots, CHUNK_SLOTS);
    if (codeOpened + chunkSize > CODE_SIZE || chunkSlots > unwindTable.remaining()) {
      return null;
    }
    long start = region(MemProt.READ_EXEC).address() + codeOpened;
    int firstSlot = unwindTable.append(chunkSlots, start + chunkSize);
    codeOpened += chunkSize;
    Span chunk = new Span(start, chunkSize, firstSlot, chunkSlots);
    return spans(MemProt.READ_EXEC).addAndTake(chunk, size, alignment, slots);
  }

  @Override
  public void free(MemProt protection, Span span) {
    if (Poison.enabled() && protection == MemProt.READ_EXEC) {
      region(protection).fill(span.address(), span.size(), trap);
    }
    spans(protection).free(span);
    freedSinceRelease += span.size();
    if (freedSinceRelease >= RELEASE_AFTER) {
      freedSinceRelease = 0;
      regions.values().forEach(region -> region.releaseFreePages(CHUNK_SIZE));
    }
  }

  @Override
  public ByteBuffer working(MemProt protection, Span span) {
    return region(protection).writable();
  }

  @Override
  public int index(MemProt protection, Span span) {
    return region(protection).indexOf(span.address());
  }

  @Override
  public void expectWrites(MemProt protection, Span span, long size) {
    // Most pages are there already: other objects have parts of them.
  }

  @Override
  public void zero(MemProt protection, long address, long size) {
    region(protection).fill(address, size, (byte) 0);
  }

  @Override
  public void protect(MemProt protection, Span span) {
    // The view that programs see has had its protection from the beginning.
  }

  /** {@return whether memory of a protection at an address is in this pool} */
  boolean owns(MemProt protection, long address) {
    return region(protection).owns(address);
  }

  @Override
  public boolean patch(MemProt protection, long address, long word) {
    return region(protection).patch(address, word);
  }

  @Override
  public UnwindTable unwindTable() {
    return unwindTable;
  }

  private SpanAllocator spans(MemProt protection) {
    return region(protection).spans();
  }

  private Region region(MemProt protection) {
    Region region = regions.get(protection);
    if (region == null) {
      throw new AssertionError("no region is " + protection);
    }
    return region;
  }
}
