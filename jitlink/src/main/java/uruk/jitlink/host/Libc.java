package uruk.jitlink.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The C library's functions on memory and files that the linker needs, with their constants as on
 * Linux. Sizes and offsets are in bytes, addresses are the process's. Thread-safe.
 *
 * <p>Each function throws {@link HostException} with the system's reason when it is refused.
 */
public final class Libc {
  /** Pages may not be accessed, sys/mman.h. */
  public static final int PROT_NONE = 0;

  /** Pages may be read, sys/mman.h. */
  public static final int PROT_READ = 1;

  /** Pages may be written, sys/mman.h. */
  public static final int PROT_WRITE = 2;

  /** Pages may be executed, sys/mman.h. */
  public static final int PROT_EXEC = 4;

  /** Writes reach the file and all its mappings, sys/mman.h. */
  public static final int MAP_SHARED = 0x1;

  /** Writes stay in this process, sys/mman.h. */
  public static final int MAP_PRIVATE = 0x2;

  /** The mapping goes exactly where asked, replacing what was there, sys/mman.h. */
  public static final int MAP_FIXED = 0x10;

  /** The mapping goes exactly where asked, and is refused if something is there, sys/mman.h. */
  public static final int MAP_FIXED_NOREPLACE = 0x100000;

  /** No file behind the mapping, sys/mman.h. */
  public static final int MAP_ANONYMOUS = 0x20;

  /** No swap space is reserved, sys/mman.h. */
  public static final int MAP_NORESERVE = 0x4000;

  /** Pages are freed, in a shared mapping also in the file below, sys/mman.h. */
  public static final int MADV_REMOVE = 9;

  /** Pages are freed, in a private mapping, sys/mman.h. */
  public static final int MADV_DONTNEED = 4;

  /** Pages are made present and writable, all at once; Linux 5.14 and later, linux/mman.h. */
  public static final int MADV_POPULATE_WRITE = 23;

  /** Transparent huge pages are welcome, sys/mman.h. */
  public static final int MADV_HUGEPAGE = 14;

  private static final int SYS_MEMBARRIER = 324; // asm/unistd_64.h
  private static final int MEMBARRIER_SYNC_CORE = 1 << 5; // linux/membarrier.h
  private static final int MEMBARRIER_REGISTER_SYNC_CORE = 1 << 6;
  private static final long MAP_FAILED = -1;
  private static final int MFD_CLOEXEC = 1;
  private static final int SC_PAGESIZE = 30; // _SC_PAGESIZE of bits/confname.h
  private static final int EPERM = 1;
  private static final int ENOMEM = 12;
  private static final int EACCES = 13;

  private static final long MMAP = DynamicLinker.systemFunction("mmap");
  private static final long MUNMAP = DynamicLinker.systemFunction("munmap");
  private static final long MPROTECT = DynamicLinker.systemFunction("mprotect");
  private static final long MADVISE = DynamicLinker.systemFunction("madvise");
  private static final long MEMFD_CREATE = DynamicLinker.systemFunction("memfd_create");
  private static final long FTRUNCATE = DynamicLinker.systemFunction("ftruncate");
  private static final long WRITE = DynamicLinker.systemFunction("write");
  private static final long CLOSE = DynamicLinker.systemFunction("close");
  private static final long STRERROR = DynamicLinker.systemFunction("strerror");
  private static final long FFLUSH = DynamicLinker.systemFunction("fflush");
  private static final long GETPID = DynamicLinker.systemFunction("getpid");

  private static final int PAGE_SIZE =
      (int) NativeCall.call(DynamicLinker.systemFunction("sysconf"), SC_PAGESIZE);

  private Libc() {}

  /** {@return the system's page size in bytes} */
  public static int pageSize() {
    return PAGE_SIZE;
  }

  /**
   * {@return the process's number, getpid(2)} Java's {@link ProcessHandle} begins threads that look
   * after other processes, and keeps the number in a forked child.
   */
  public static int processId() {
    return (int) NativeCall.call(GETPID);
  }

  /**
   * Maps memory, mmap(2).
   *
   * @param address where, or 0 for anywhere
   * @param descriptor the file, or -1 with {@link #MAP_ANONYMOUS}
   * @return the address
   */
  public static long mmap(
      long address, long size, int protection, int flags, int descriptor, long offset) {
    long result = NativeCall.call(MMAP, address, size, protection, flags, descriptor, offset);
    if (result == MAP_FAILED) {
      throw failure("mmap", address, size);
    }
    return result;
  }

  /**
   * Replaces a part of a reserve by ordinary memory, zero and for no other process, or by nothing
   * with {@link #PROT_NONE}. No swap space is set aside for it.
   */
  public static void mapOver(long address, long size, int protection) {
    int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    mmap(address, size, protection, flags, -1, 0);
  }

  /** Gives mapped memory back, munmap(2). */
  public static void munmap(long address, long size) {
    if ((int) NativeCall.call(MUNMAP, address, size) != 0) {
      throw failure("munmap", address, size);
    }
  }

  /** Changes what may be done with pages, mprotect(2). */
  public static void mprotect(long address, long size, int protection) {
    if ((int) NativeCall.call(MPROTECT, address, size, protection) != 0) {
      throw failure("mprotect", address, size);
    }
  }

  /**
   * Gives the kernel advice on pages, madvise(2).
   *
   * @return whether the kernel took it: advice may be unknown to it, which is never an error
   */
  public static boolean madvise(long address, long size, int advice) {
    return (int) NativeCall.call(MADVISE, address, size, advice) == 0;
  }

  /**
   * Makes a file that lives in memory, memfd_create(2). Its bytes are zero and take no room until
   * touched.
   *
   * @param name shown in /proc/self/maps
   * @param size of the file in bytes
   * @return the file descriptor; give it back with {@link #close}
   */
  public static int memoryFile(String name, long size) {
    int descriptor;
    try (Arena arena = Arena.ofConfined()) {
      long text = NativeCopy.text(arena, name).address();
      descriptor = (int) NativeCall.call(MEMFD_CREATE, text, MFD_CLOEXEC);
    }
    if (descriptor < 0) {
      throw failure("memfd_create", 0, size);
    }
    if ((int) NativeCall.call(FTRUNCATE, descriptor, size) != 0) {
      HostException reason = failure("ftruncate", 0, size);
      close(descriptor);
      throw reason;
    }
    return descriptor;
  }

  /** Writes all bytes at the file's current position, write(2). */
  public static void write(int descriptor, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = NativeCopy.of(arena, bytes);
      for (long done = 0; done < bytes.length; ) {
        long left = bytes.length - done;
        long written = NativeCall.call(WRITE, descriptor, copy.address() + done, left);
        if (written < 0) {
          throw failure("write", copy.address() + done, left);
        }
        done += written;
      }
    }
  }

  /** Closes a file descriptor, close(2). */
  public static void close(int descriptor) {
    if ((int) NativeCall.call(CLOSE, descriptor) != 0) {
      throw failure("close", 0, 0);
    }
  }

  /** Writes out what the C streams of this process hold back, {@code fflush(NULL)}. */
  public static void flushStreams() {
    NativeCall.call(FFLUSH, 0);
  }

  /**
   * Makes every thread of the process see code that was changed through another mapping,
   * membarrier(2). Does nothing on a kernel that does not know how.
   */
  public static void synchronizeCores() {
    NativeCall.call(Barrier.SYSCALL, SYS_MEMBARRIER, MEMBARRIER_SYNC_CORE, 0);
  }

  /** The process says once that it is going to ask for barriers. */
  private static final class Barrier {
    private static final long SYSCALL = DynamicLinker.systemFunction("syscall");

    static {
      NativeCall.call(SYSCALL, SYS_MEMBARRIER, MEMBARRIER_REGISTER_SYNC_CORE, 0);
    }
  }

  private static HostException failure(String function, long address, long size) {
    int errno = NativeCall.errno();
    String reason = NativeCopy.textAt(NativeCall.call(STRERROR, errno));
    return new HostException(
        function
            + " of "
            + size
            + " bytes at 0x"
            + Long.toHexString(address)
            + " failed: "
            + reason
            + " (errno "
            + errno
            + ")."
            + hint(errno),
        errno);
  }

  private static String hint(int errno) {
    return switch (errno) {
      case ENOMEM ->
          " The process is out of address space, memory or mappings; see ulimit -v and"
              + " vm.max_map_count.";
      case EPERM, EACCES ->
          " The system forbids it; a security module may refuse executable memory.";
      default -> "";
    };
  }
}
