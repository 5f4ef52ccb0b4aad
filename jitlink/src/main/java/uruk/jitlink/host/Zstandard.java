package uruk.jitlink.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Decompression by the system's libzstd (zstd.h), if the process can load it. Thread-safe. */
public final class Zstandard {
  private Zstandard() {}

  /** Loaded when the first compressed section is read. */
  private static final class Library {
    static final long HANDLE = open();

    private static long open() {
      try {
        return DynamicLinker.open("libzstd.so.1", DynamicLinker.RTLD_NOW);
      } catch (HostException absent) {
        return 0;
      }
    }
  }

  /** {@return whether this process has the library} */
  public static boolean available() {
    return Library.HANDLE != 0;
  }

  /**
   * Decompresses.
   *
   * @param compressed frames between the buffer's position and limit
   * @param decompressed as long as the result must be
   * @return whether the data was sound and had just that many bytes
   */
  public static boolean decompress(ByteBuffer compressed, byte[] decompressed) {
    long function = DynamicLinker.symbol(Library.HANDLE, "ZSTD_decompress");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(Math.max(1, compressed.remaining()));
      source.copyFrom(MemorySegment.ofBuffer(compressed));
      MemorySegment result = arena.allocate(Math.max(1, decompressed.length));
      long size =
          NativeCall.call(
              function,
              result.address(),
              decompressed.length,
              source.address(),
              compressed.remaining(),
              0,
              0);
      if (size != decompressed.length) {
        return false;
      }
      MemorySegment.ofArray(decompressed).copyFrom(result.asSlice(0, decompressed.length));
      return true;
    }
  }
}
