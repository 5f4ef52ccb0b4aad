package uruk.materialization.platform;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import uruk.jitlink.host.Libc;

/**
 * Small pieces of code that are made at run time. Most stay for the life of the process; the place
 * of those that are released is used again. Thread-safe; its own lock guards everything.
 */
final class CodeThunks {
  private static final int CHUNK_SIZE = 64 << 10;
  private static final int ALIGNMENT = 16;
  private static final CodeThunks SHARED = new CodeThunks();

  private ByteBuffer writable = ByteBuffer.allocate(0); // guarded by this
  private long executable; // guarded by this
  private final NavigableMap<Long, ByteBuffer> chunks = new TreeMap<>(); // guarded by this
  private final Map<Integer, Deque<Long>> released = new HashMap<>(); // guarded by this

  private CodeThunks() {}

  /** {@return the process's thunks} */
  static CodeThunks shared() {
    return SHARED;
  }

  /** {@return the address of a copy of position-independent code} */
  synchronized long create(byte[] code) {
    Long again = released.getOrDefault(code.length, new ArrayDeque<>()).poll();
    if (again != null) {
      Map.Entry<Long, ByteBuffer> chunk = chunks.floorEntry(again);
      chunk.getValue().put((int) (again - chunk.getKey()), code);
      return again;
    }
    if (writable.remaining() < code.length) {
      mapChunk();
    }
    int place = writable.position();
    writable.put(code);
    writable.position((writable.position() + ALIGNMENT - 1) & -ALIGNMENT);
    return executable + place;
  }

  /**
   * Gives pieces of code back, which nobody may call any more.
   *
   * @param size of each, in bytes
   */
  synchronized void release(Collection<Long> thunks, int size) {
    Deque<Long> places = released.computeIfAbsent(size, _ -> new ArrayDeque<>());
    thunks.forEach(places::push);
  }

  /** Maps memory twice: what can be executed is not writable. */
  private void mapChunk() {
    int file = Libc.memoryFile("uruk-thunks", CHUNK_SIZE);
    int writing = Libc.PROT_READ | Libc.PROT_WRITE;
    long view = Libc.mmap(0, CHUNK_SIZE, writing, Libc.MAP_SHARED, file, 0);
    int executing = Libc.PROT_READ | Libc.PROT_EXEC;
    executable = Libc.mmap(0, CHUNK_SIZE, executing, Libc.MAP_SHARED, file, 0);
    Libc.close(file);
    writable =
        MemorySegment.ofAddress(view)
            .reinterpret(CHUNK_SIZE)
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    chunks.put(executable, writable);
  }
}
