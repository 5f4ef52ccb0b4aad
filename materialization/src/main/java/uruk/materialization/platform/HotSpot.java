package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.host.NativeCopy;

/**
 * Where the JVM's own code is, whose faults are its own business: it uses SIGSEGV for null checks,
 * safepoints and stack overflow.
 */
final class HotSpot {
  // Elf64_Ehdr and Elf64_Phdr of the ELF specification
  private static final int PROGRAM_HEADERS = 0x20;
  private static final int PROGRAM_HEADER_COUNT = 0x38;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int SEGMENT_ADDRESS = 0x10;
  private static final int SEGMENT_SIZE = 0x28;
  private static final int PT_LOAD = 1;

  /** The table that the serviceability agent reads, vmStructs.hpp: an array of VMStructEntry. */
  private static final String STRUCTS = "gHotSpotVMStructs";

  private static final int ENTRY_SIZE = 48;
  private static final int TYPE_NAME = 0;
  private static final int FIELD_NAME = 8;
  private static final int ADDRESS = 40;

  /**
   * A range of addresses.
   *
   * @param begin the first
   * @param end behind the last
   */
  record CodeRange(long begin, long end) {}

  private static final String CREATED_VMS = "JNI_GetCreatedJavaVMs";
  private static final int GET_ENV_INDEX = 6; // in struct JNIInvokeInterface_ of jni.h

  /**
   * The JVM as JNI's invocation interface knows it.
   *
   * @param address of the JavaVM
   * @param getEnv address of its GetEnv, which tells whether a thread is a Java thread
   */
  record JavaVm(long address, long getEnv) {}

  private HotSpot() {}

  /** {@return this process's JVM} */
  static JavaVm javaVm() {
    long function = addressOf(CREATED_VMS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment results = arena.allocate(JAVA_LONG, 2);
      NativeCall.call(function, results.address(), 1, results.address() + Long.BYTES);
      long vm = results.get(JAVA_LONG, 0);
      MemorySegment memory = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
      return new JavaVm(vm, read(memory, read(memory, vm) + (long) GET_ENV_INDEX * Long.BYTES));
    }
  }

  /** {@return the addresses of the JVM's library} */
  static CodeRange library() {
    long base = baseOf(addressOf(CREATED_VMS));
    MemorySegment memory = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    long header = base + read(memory, base + PROGRAM_HEADERS);
    int headers = memory.get(JAVA_SHORT, base + PROGRAM_HEADER_COUNT);
    long end = 0;
    for (int i = 0; i < headers; i++, header += PROGRAM_HEADER_SIZE) {
      if (memory.get(JAVA_INT, header) == PT_LOAD) {
        end =
            Math.max(
                end, read(memory, header + SEGMENT_ADDRESS) + read(memory, header + SEGMENT_SIZE));
      }
    }
    return new CodeRange(base, base + end);
  }

  /** {@return where the library that has an address begins, its ELF header} */
  private static long baseOf(long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(JAVA_LONG, 4); // Dl_info of dlfcn.h: file name, base, ...
      if ((int) NativeCall.call(addressOf("dladdr"), address, info.address()) == 0) {
        throw unknown("the library of " + CREATED_VMS);
      }
      return info.getAtIndex(JAVA_LONG, 1);
    }
  }

  private static long addressOf(String name) {
    long address = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, name);
    if (address == 0) {
      throw unknown(name);
    }
    return address;
  }

  /**
   * {@return the addresses of the code that the JVM compiles at run time}
   *
   * @param library the JVM's own, in which the table is, its texts, and what it points at. Read as
   *     a buffer: there are a thousand entries, and the interpreter reads memory segments slowly.
   */
  static CodeRange codeCache(CodeRange library) {
    ByteBuffer memory =
        MemorySegment.ofAddress(library.begin())
            .reinterpret(library.end() - library.begin())
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    long begin = 0;
    long end = 0;
    long codeCache = 0x6361_4365_646f_43L; // "CodeCac", little-endian
    int table = (int) (addressOf(STRUCTS) - library.begin());
    for (int entry = follow(memory, table, library); ; entry += ENTRY_SIZE) {
      if (memory.getLong(entry + TYPE_NAME) == 0) {
        break;
      }
      int type = follow(memory, entry + TYPE_NAME, library);
      long beginning = memory.getLong(type) & 0xff_ffff_ffff_ffffL;
      if (beginning == codeCache && text(memory, entry + TYPE_NAME).equals("CodeCache")) {
        switch (text(memory, entry + FIELD_NAME)) {
          case "_low_bound" -> begin = memory.getLong(follow(memory, entry + ADDRESS, library));
          case "_high_bound" -> end = memory.getLong(follow(memory, entry + ADDRESS, library));
          default -> {}
        }
      }
    }
    if (begin == 0 || end == 0) {
      throw unknown("CodeCache::_low_bound");
    }
    return new CodeRange(begin, end);
  }

  /** {@return where in the library's memory a pointer of it points} */
  private static int follow(ByteBuffer memory, int pointer, CodeRange library) {
    return (int) (memory.getLong(pointer) - library.begin());
  }

  private static String text(ByteBuffer memory, int pointer) {
    return NativeCopy.textAt(memory.getLong(pointer));
  }

  private static long read(MemorySegment memory, long address) {
    return memory.get(JAVA_LONG, address);
  }

  private static IllegalStateException unknown(String what) {
    return new IllegalStateException(
        "The guard around linked code needs the HotSpot JVM; "
            + what
            + " was not found in this process. Call the code without a guard.");
  }
}
