package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.host.NativeCopy;

/**
 * The file by which {@code perf inject --jit} learns what code stood where at which time, {@code
 * jit-PID.dump} (tools/perf/Documentation/jitdump-specification.txt of Linux). perf finds it
 * because we map its first page executable.
 *
 * <p>The format has no record for removed code: each record has the time from which it holds, by
 * CLOCK_MONOTONIC, and later code at the same address takes over from then on. Not thread-safe.
 */
final class JitDump implements AutoCloseable {
  private static final int MAGIC = 0x4a695444;
  private static final int VERSION = 1;
  private static final int HEADER_SIZE = 40;
  private static final int JIT_CODE_LOAD = 0;
  private static final int JIT_CODE_CLOSE = 3;
  private static final int RECORD_HEADER_SIZE = 16;
  private static final int LOAD_SIZE = RECORD_HEADER_SIZE + 40;
  private static final int O_RDONLY = 0;

  private final FileChannel file;
  private final int process = Libc.processId();
  private long index;

  /**
   * Creates a file.
   *
   * @param machine the {@code e_machine}
   * @throws UncheckedIOException if it cannot be written
   * @throws uruk.jitlink.host.HostException if it cannot be mapped executable, as where its file
   *     system is mounted noexec
   */
  JitDump(Path path, int machine) {
    try {
      file =
          FileChannel.open(
              path,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  LinkOption.NOFOLLOW_LINKS));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER_SIZE).order(ByteOrder.nativeOrder());
    header.putInt(MAGIC).putInt(VERSION).putInt(HEADER_SIZE).putInt(machine).putInt(0);
    header.putInt(process).putLong(now()).putLong(0);
    try {
      append(header.flip());
      mapForPerf(path);
    } catch (RuntimeException failure) {
      closeAfter(failure);
      throw failure;
    }
  }

  private void closeAfter(RuntimeException failure) {
    try {
      file.close();
    } catch (IOException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  /** The kernel tells perf of executable mappings; this one stays for the life of the process. */
  private static void mapForPerf(Path path) {
    int descriptor;
    try (Arena arena = Arena.ofConfined()) {
      long open = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "open");
      long name = NativeCopy.text(arena, path.toString()).address();
      descriptor = (int) NativeCall.call(open, name, O_RDONLY);
    }
    try {
      int executable = Libc.PROT_READ | Libc.PROT_EXEC;
      Libc.mmap(0, Libc.pageSize(), executable, Libc.MAP_PRIVATE, descriptor, 0);
    } finally {
      Libc.close(descriptor);
    }
  }

  /** {@code CLOCK_MONOTONIC}, as HotSpot reads it on Linux. */
  private static long now() {
    return System.nanoTime();
  }

  /** Adds a function with its code, as it is in memory now. */
  void add(NativeFunction function) {
    byte[] name = function.name().getBytes(StandardCharsets.UTF_8);
    byte[] code =
        MemorySegment.ofAddress(function.address()).reinterpret(function.size()).toArray(JAVA_BYTE);
    ByteBuffer record = record(JIT_CODE_LOAD, LOAD_SIZE + name.length + 1 + code.length);
    record.putInt(process).putInt(process);
    record.putLong(function.address()).putLong(function.address()).putLong(function.size());
    record.putLong(index++).put(name).put((byte) 0).put(code);
    append(record.flip());
  }

  private static ByteBuffer record(int kind, int size) {
    return ByteBuffer.allocate(size)
        .order(ByteOrder.nativeOrder())
        .putInt(kind)
        .putInt(size)
        .putLong(now());
  }

  private void append(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    append(record(JIT_CODE_CLOSE, RECORD_HEADER_SIZE).flip());
    file.close();
  }
}
