package uruk.materialization.platform;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import uruk.jitlink.host.Libc;

/**
 * Small pieces of code that are made at run time and stay for the life of the process. Thread-safe;
 * its own lock guards everything.
 */
final class CodeThunks {
  private static final int CHUNK_SIZE = 64 << 10;
  private static final int ALIGNMENT = 16;
  private static final CodeThunks SHARED = new CodeThunks();

  private ByteBuffer writable = ByteBuffer.allocate(0); // guarded by this
  private long executable; // guarded by this

  private CodeThunks() {}

  /** {@return the process's thunks} */
  static CodeThunks shared() {
    return SHARED;
  }

  /** {@return the address of a copy of position-independent code} */
  synchronized long create(byte[] code) {
    if (writable.remaining() < code.length) {
      mapChunk();
    }
    int place = writable.position();
    writable.put(code);
    writable.position((writable.position() + ALIGNMENT - 1) & -ALIGNMENT);
    return executable + place;
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
  }
}
