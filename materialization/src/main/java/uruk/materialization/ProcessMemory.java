package uruk.materialization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads the memory of this process. */
final class ProcessMemory {
  private ProcessMemory() {}

  /** {@return the number of 1, 2, 4 or 8 bytes at an address, zero-extended} */
  static long read(long address, int size) {
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(size);
    return switch (size) {
      case 1 -> Byte.toUnsignedLong(memory.get(ValueLayout.JAVA_BYTE, 0));
      case 2 -> Short.toUnsignedLong(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0));
      case 4 -> Integer.toUnsignedLong(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
      case 8 -> memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
      default -> throw new AssertionError("a field of " + size + " bytes");
    };
  }
}
