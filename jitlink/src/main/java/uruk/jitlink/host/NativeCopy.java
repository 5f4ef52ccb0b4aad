package uruk.jitlink.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Bytes and texts of Java's, copied to native memory and back. By buffers: the first copy between a
 * memory segment and an array makes a class in the JDK (a switch over the types of arrays), which
 * no cache of its keeps, and that takes longer than to link a small object. Thread-safe.
 */
public final class NativeCopy {
  private static final int LONGEST_TEXT = 1 << 30;

  private NativeCopy() {}

  /** {@return a copy of bytes} */
  public static MemorySegment of(Arena arena, byte[] bytes) {
    MemorySegment memory = arena.allocate(bytes.length);
    put(memory, 0, bytes);
    return memory;
  }

  /** {@return a copy of bytes with a zero behind them, as C has texts} */
  public static MemorySegment terminated(Arena arena, byte[] bytes) {
    MemorySegment memory = arena.allocate(bytes.length + 1L);
    put(memory, 0, bytes);
    return memory;
  }

  /** {@return a text as C has it: in UTF-8, with a zero behind it} */
  public static MemorySegment text(Arena arena, String text) {
    return terminated(arena, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Copies all bytes to a place in memory. */
  public static void put(MemorySegment memory, long place, byte[] bytes) {
    memory.asSlice(place, bytes.length).asByteBuffer().put(bytes);
  }

  /** {@return the zero-terminated UTF-8 text at an address} */
  public static String textAt(long address) {
    ByteBuffer memory = MemorySegment.ofAddress(address).reinterpret(LONGEST_TEXT).asByteBuffer();
    int length = 0;
    while (memory.get(length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    memory.get(0, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
