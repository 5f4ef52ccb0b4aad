package uruk.materialization.platform;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.host.Libc;

/**
 * Addresses that call a function under the guard with whatever arguments they are called with. A
 * function keeps its thunk for the life of the process: handles to it may be anywhere.
 *
 * <p>Thread-safe; its own lock guards everything.
 */
final class GuardThunks {
  private static final int CHUNK_SIZE = 64 << 10;
  private static final int THUNK_SIZE = 32;

  private static final byte[] THUNK = {
    0x49,
    (byte) 0xbb,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // movabsq $function, %r11
    (byte) 0xff,
    0x25,
    0,
    0,
    0,
    0, // jmpq *0(%rip)
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // .quad enter
  };

  private static final int FUNCTION_OFFSET = 2;
  private static final int ENTER_OFFSET = 16;

  private static final class Shared {
    private static final GuardThunks INSTANCE =
        new GuardThunks(GuardRuntime.get().address("enter"));
  }

  private final long enter;
  private final Map<Long, Long> thunks = new HashMap<>();
  private ByteBuffer writable = ByteBuffer.allocate(0);
  private long executable;

  private GuardThunks(long enter) {
    this.enter = enter;
  }

  /** {@return the process's thunks} */
  static GuardThunks shared() {
    return Shared.INSTANCE;
  }

  /** {@return the thunk of a function} */
  synchronized long thunk(long function) {
    return thunks.computeIfAbsent(function, this::create);
  }

  private long create(long function) {
    if (writable.remaining() < THUNK_SIZE) {
      mapChunk();
    }
    int place = writable.position();
    writable.put(place, THUNK);
    writable.putLong(place + FUNCTION_OFFSET, function);
    writable.putLong(place + ENTER_OFFSET, enter);
    writable.position(place + THUNK_SIZE);
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
