package uruk.jitlink.memory;

import static uruk.jitlink.host.Libc.PROT_READ;
import static uruk.jitlink.host.Libc.PROT_WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.NativeCopy;

/**
 * The {@code .eh_frame_hdr} of a generated module: a table of (function start, frame description),
 * which unwinders bisect without a lock while we add and remove functions.
 *
 * <p>Therefore an entry is always changed by one aligned 8-byte store, entries never move, the
 * count grows only after the new entries are in place, and an entry without a function is a
 * tombstone: it keeps an address of its own span, so that the order holds, and names a description
 * that covers nothing. The format is that of the Linux Standard Base, "DWARF Extensions", section
 * 10.6.2; the table starts 12 bytes into the header, so the header stands at 4 modulo 8.
 *
 * <pre>
 *   0   padding     4   header     16   table     capacity*8+16   CIE, empty FDE, terminator
 * </pre>
 *
 * Not thread-safe for writers: the memory manager's lock guards it. Readers need no lock.
 */
final class UnwindTable implements SpanAllocator.Tombstones {
  /** Where the header stands in the table's memory. */
  static final int HEADER_OFFSET = 4;

  /** Bytes of an entry. */
  static final int ENTRY_SIZE = 8;

  private static final int TABLE_OFFSET = 16;
  private static final int COUNT_OFFSET = 12;

  private static final byte[] HEADER = {
    1, // version
    0x1b, // eh_frame_ptr is DW_EH_PE_pcrel | DW_EH_PE_sdata4
    0x03, // fde_count is DW_EH_PE_udata4
    0x3b, // the table is DW_EH_PE_datarel | DW_EH_PE_sdata4
  };

  /** A description of no code; DWARF 5 section 6.4.1 with the "zR" augmentation. */
  private static final byte[] EMPTY_FRAME = {
    16, 0, 0, 0, // CIE: length
    0, 0, 0, 0, // CIE id
    1, 'z', 'R', 0, // version, augmentation
    1, 0x78, 16, // code alignment 1, data alignment -8, return address column
    1, 0x1b, // augmentation data: pointers are DW_EH_PE_pcrel | DW_EH_PE_sdata4
    0, 0, 0, // DW_CFA_nop
    16, 0, 0, 0, // FDE: length
    24, 0, 0, 0, // distance back to the CIE
    0, 0, 0, 0, // first address
    0, 0, 0, 0, // range: none
    0, 0, 0, 0, // no augmentation data, DW_CFA_nop
    0, 0, 0, 0, // terminator
  };

  private static final int EMPTY_FDE_OFFSET = 20;
  private static final VarHandle ENTRY = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle COUNT = ValueLayout.JAVA_INT.varHandle();

  private final MemorySegment memory;
  private final long header;
  private final int capacity;
  private final int emptyFrame;
  private int count;

  /**
   * Maps a table over a reserve.
   *
   * @param address page-aligned; {@link #sizeFor} the capacity is reserved there
   * @param capacity how many entries it may grow to
   */
  static UnwindTable map(long address, int capacity) {
    int size = sizeFor(capacity);
    Libc.mapOver(address, size, PROT_READ | PROT_WRITE);
    return new UnwindTable(MemorySegment.ofAddress(address).reinterpret(size), capacity);
  }

  /**
   * @param memory readable and writable, zero
   * @param capacity how many entries it may grow to; {@link #sizeFor} them fits the memory
   */
  UnwindTable(MemorySegment memory, int capacity) {
    this.memory = memory;
    this.header = memory.address() + HEADER_OFFSET;
    this.capacity = capacity;
    int frameOffset = TABLE_OFFSET + capacity * ENTRY_SIZE;
    NativeCopy.put(memory, HEADER_OFFSET, HEADER);
    NativeCopy.put(memory, frameOffset, EMPTY_FRAME);
    int pointerOffset = HEADER_OFFSET + HEADER.length;
    memory.set(ValueLayout.JAVA_INT, pointerOffset, frameOffset - pointerOffset);
    this.emptyFrame = frameOffset + EMPTY_FDE_OFFSET - HEADER_OFFSET;
  }

  /** {@return the memory that a table of so many entries takes, in bytes: whole pages} */
  static int sizeFor(int capacity) {
    int pageSize = Libc.pageSize();
    int size = TABLE_OFFSET + capacity * ENTRY_SIZE + EMPTY_FRAME.length;
    return (size + pageSize - 1) & -pageSize;
  }

  /** {@return how many entries may still be added} */
  int remaining() {
    return capacity - count;
  }

  /**
   * Adds entries without functions.
   *
   * @param slots how many, at most {@link #remaining()}
   * @param address behind every function so far
   * @return the first one's index
   */
  int append(int slots, long address) {
    int first = count;
    long[] tombstones = new long[slots];
    Arrays.fill(tombstones, entry(address, emptyFrame));
    // Behind the count nobody reads yet, so these need no order.
    memory
        .asSlice(offset(first), (long) slots * ENTRY_SIZE)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asLongBuffer()
        .put(tombstones);
    count = first + slots;
    COUNT.setRelease(memory, (long) COUNT_OFFSET, count);
    return first;
  }

  /**
   * Publishes a function.
   *
   * @param slot an entry of the span that the function lies in
   * @param frame the address of its frame description
   */
  void set(int slot, long function, long frame) {
    store(slot, function, (int) (frame - header));
  }

  @Override
  public void bury(int first, int slots, long address) {
    int lower = countBelow(first, slots, address);
    raise(first, lower, address);
    long tombstone = entry(address, emptyFrame);
    for (int slot = first + lower; slot < first + slots; slot++) {
      ENTRY.setRelease(memory, offset(slot), tombstone);
    }
  }

  @Override
  public void raise(int first, int slots, long least, long address) {
    if (slots > 0 && address(first) < least) {
      raise(first, countBelow(first, slots, address), address);
    }
  }

  private int countBelow(int first, int slots, long address) {
    int count = 0;
    while (count < slots && address(first + count) < address) {
      count++;
    }
    return count;
  }

  /** From the last to the first, so that the order holds at every moment. */
  private void raise(int first, int slots, long address) {
    long tombstone = entry(address, emptyFrame);
    for (int slot = first + slots - 1; slot >= first; slot--) {
      ENTRY.setRelease(memory, offset(slot), tombstone);
    }
  }

  private long address(int slot) {
    return header + memory.get(ValueLayout.JAVA_INT, offset(slot));
  }

  private void store(int slot, long function, int frame) {
    ENTRY.setRelease(memory, offset(slot), entry(function, frame));
  }

  private long entry(long function, int frame) {
    long start = Integer.toUnsignedLong((int) (function - header));
    long description = Integer.toUnsignedLong(frame);
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return little ? start | description << 32 : description | start << 32;
  }

  private static long offset(int slot) {
    return TABLE_OFFSET + (long) slot * ENTRY_SIZE;
  }
}
