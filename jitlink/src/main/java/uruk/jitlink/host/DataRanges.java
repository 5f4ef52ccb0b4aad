package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The parts of a reserve that hold variables, as {@code dl_iterate_phdr} tells them: each is a
 * {@code PT_LOAD} header that may be written. Garbage collectors that look for references in a
 * program's variables (Boehm's, D's) find them so; what only linked code's variables refer to would
 * be freed otherwise.
 *
 * <p>The headers are changed while the module is loaded. A range is there once its type is stored,
 * as the last of its fields, and gone once the type is {@code PT_NULL}; it grows by one store. The
 * owner's lock guards changes; whoever iterates needs none.
 */
public final class DataRanges {
  private static final int PT_NULL = 0;

  // Elf64_Phdr, gABI chapter 5.
  private static final long FLAGS_OFFSET = 4;
  private static final long ADDRESS_OFFSET = 16;
  private static final long FILE_SIZE_OFFSET = 32;
  private static final long SIZE_OFFSET = 40;
  private static final VarHandle TYPE = JAVA_INT.varHandle();
  private static final VarHandle SIZE = JAVA_LONG.varHandle();

  private final MemorySegment headers;
  private final int count;
  private final long imageAddress;

  /**
   * @param address of the first header
   * @param count how many there are
   * @param imageAddress where the module begins, from which headers count
   */
  DataRanges(long address, int count, long imageAddress) {
    this.headers =
        MemorySegment.ofAddress(address).reinterpret((long) count * ElfHeaders.PROGRAM_HEADER_SIZE);
    this.count = count;
    this.imageAddress = imageAddress;
  }

  /**
   * Tells of a range, as long as there is room for it: what does not fit is not told.
   *
   * @param address the first one; readable from now on
   * @param size in bytes
   */
  public void add(long address, long size) {
    int free = find(PT_NULL, 0);
    if (free < count) {
      long header = offset(free);
      headers.set(JAVA_INT, header + FLAGS_OFFSET, ElfHeaders.PF_R | ElfHeaders.PF_W);
      headers.set(JAVA_LONG, header + ADDRESS_OFFSET, address - imageAddress);
      headers.set(JAVA_LONG, header + FILE_SIZE_OFFSET, 0);
      headers.set(JAVA_LONG, header + SIZE_OFFSET, size);
      TYPE.setRelease(headers, header, ElfHeaders.PT_LOAD);
    }
  }

  /** Says that the range which begins at an address has grown; it is readable as a whole. */
  public void grow(long address, long size) {
    int range = find(ElfHeaders.PT_LOAD, address);
    if (range < count) {
      SIZE.setRelease(headers, offset(range) + SIZE_OFFSET, size);
    }
  }

  /** Says that the range which begins at an address is no more; it is still readable. */
  public void remove(long address) {
    int range = find(ElfHeaders.PT_LOAD, address);
    if (range < count) {
      TYPE.setRelease(headers, offset(range), PT_NULL);
    }
  }

  /**
   * {@return the first header of a type, and if it is used, of an address; the count if none is}
   */
  private int find(int type, long address) {
    int index = 0;
    while (index < count && !is(offset(index), type, address)) {
      index++;
    }
    return index;
  }

  private boolean is(long header, int type, long address) {
    return headers.get(JAVA_INT, header) == type
        && (type == PT_NULL
            || headers.get(JAVA_LONG, header + ADDRESS_OFFSET) == address - imageAddress);
  }

  private static long offset(int index) {
    return (long) index * ElfHeaders.PROGRAM_HEADER_SIZE;
  }
}
