package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;

/**
 * Where the JVM's own code is, whose faults are its own business: it uses SIGSEGV for null checks,
 * safepoints and stack overflow.
 */
final class HotSpot {
  private static final String LIBRARY = "libjvm.so";

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
    long function = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, CREATED_VMS);
    if (function == 0) {
      throw unknown(CREATED_VMS);
    }
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
    List<long[]> ranges;
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      ranges = maps.filter(line -> line.endsWith(LIBRARY)).map(HotSpot::range).toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    if (ranges.isEmpty()) {
      throw unknown(LIBRARY);
    }
    return new CodeRange(ranges.getFirst()[0], ranges.getLast()[1]);
  }

  private static long[] range(String line) {
    String[] ends = line.substring(0, line.indexOf(' ')).split("-", 2);
    return new long[] {Long.parseUnsignedLong(ends[0], 16), Long.parseUnsignedLong(ends[1], 16)};
  }

  /** {@return the addresses of the code that the JVM compiles at run time} */
  static CodeRange codeCache() {
    long table = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, STRUCTS);
    if (table == 0) {
      throw unknown(STRUCTS);
    }
    long begin = 0;
    long end = 0;
    MemorySegment entries = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    long codeCache = 0x6361_4365_646f_43L; // "CodeCac", little-endian
    for (long entry = read(entries, table); ; entry += ENTRY_SIZE) {
      long type = read(entries, entry + TYPE_NAME);
      if (type == 0) {
        break;
      }
      long beginning = entries.get(JAVA_LONG_UNALIGNED, type) & 0xff_ffff_ffff_ffffL;
      if (beginning == codeCache && NativeCall.string(type).equals("CodeCache")) {
        switch (NativeCall.string(read(entries, entry + FIELD_NAME))) {
          case "_low_bound" -> begin = read(entries, read(entries, entry + ADDRESS));
          case "_high_bound" -> end = read(entries, read(entries, entry + ADDRESS));
          default -> {}
        }
      }
    }
    if (begin == 0 || end == 0) {
      throw unknown("CodeCache::_low_bound");
    }
    return new CodeRange(begin, end);
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
