package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.Demangler;
import uruk.jitlink.host.NativeCopy;

/**
 * An exception in flight, as the unwinder and libstdc++ lay it out: {@code struct
 * _Unwind_Exception}, in front of it {@code struct __cxa_exception} (Itanium C++ ABI: Exception
 * Handling, sections 1.2 and 2.2; unwind-cxx.h). Types are read from their {@code type_info}s, so
 * it does not matter which copy of libstdc++ threw.
 */
final class UnwindException {
  private static final long CPP = 0x474e_5543_432b_2b00L; // "GNUCC++\0"
  private static final long CPP_DEPENDENT = CPP + 1;
  private static final int HEADER_SIZE = 32;
  private static final int CLEANUP = 8;
  private static final int CXA_EXCEPTION_SIZE = 80;
  private static final long FOREIGN_EXCEPTION_CAUGHT = 1; // _URC_FOREIGN_EXCEPTION_CAUGHT

  private static final int TYPE_NAME = 8;
  private static final int BASE_TYPE = 16;
  private static final int BASE_COUNT = 20;
  private static final int BASES = 24;
  private static final int BASE_SIZE = 16;
  private static final int VIRTUAL_BASE = 1;
  private static final int BASE_OFFSET_SHIFT = 8;
  private static final int WHAT_SLOT = 2;

  private static final String STD_EXCEPTION = "St9exception";
  private static final String SINGLE_INHERITANCE = "N10__cxxabiv120__si_class_type_infoE";
  private static final String MULTIPLE_INHERITANCE = "N10__cxxabiv121__vmi_class_type_infoE";

  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final long address;
  private final long languageClass;

  /**
   * @param address of the {@code _Unwind_Exception}
   * @param languageClass its {@code exception_class}
   */
  UnwindException(long address, long languageClass) {
    this.address = address;
    this.languageClass = languageClass;
  }

  /** {@return the exception as Java knows it; the native one is freed} */
  ForeignException describe(Guard guard, List<NativeFrame> stack) {
    if (languageClass != CPP && languageClass != CPP_DEPENDENT) {
      // Freeing another language's exception may end the process, as Rust's does.
      return new ForeignException(languageName(languageClass), null, stack);
    }
    long thrown = address + HEADER_SIZE;
    if (languageClass == CPP_DEPENDENT) {
      thrown = word(address - CXA_EXCEPTION_SIZE);
    }
    long type = word(thrown - HEADER_SIZE - CXA_EXCEPTION_SIZE);
    long exception = stdException(type, thrown);
    String what = exception == 0 ? null : what(guard, exception);
    ForeignException result = new ForeignException(Demangler.typeName(typeName(type)), what, stack);
    guard.call(word(address + CLEANUP), FOREIGN_EXCEPTION_CAUGHT, address, 0, 0, 0);
    return result;
  }

  private static String languageName(long languageClass) {
    byte[] letters = new byte[8];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = (byte) (languageClass >>> (56 - 8 * i));
    }
    return "exception of class "
        + new String(letters, StandardCharsets.ISO_8859_1).replace("\0", "");
  }

  private static @Nullable String what(Guard guard, long exception) {
    try {
      long function = word(word(exception) + 8 * WHAT_SLOT);
      long text = guard.call(function, exception);
      return text == 0 ? null : NativeCopy.textAt(text);
    } catch (NativeException unreadable) {
      return null;
    }
  }

  /** {@return the address of the std::exception in an object; 0 if it has none} */
  private static long stdException(long type, long object) {
    if (typeName(type).equals(STD_EXCEPTION)) {
      return object;
    }
    String kind = typeName(word(word(type) - 8));
    if (kind.equals(SINGLE_INHERITANCE)) {
      return stdException(word(type + BASE_TYPE), object);
    }
    if (kind.equals(MULTIPLE_INHERITANCE)) {
      int count = MEMORY.get(JAVA_INT, type + BASE_COUNT);
      for (int i = 0; i < count; i++) {
        long base = type + BASES + (long) i * BASE_SIZE;
        long found = stdException(word(base), object + baseOffset(word(base + 8), object));
        if (found != 0) {
          return found;
        }
      }
    }
    return 0;
  }

  /** A virtual base's offset stands in the object's virtual table. */
  private static long baseOffset(long flags, long object) {
    long offset = flags >> BASE_OFFSET_SHIFT;
    return (flags & VIRTUAL_BASE) == 0 ? offset : word(word(object) + offset);
  }

  private static String typeName(long type) {
    String name = NativeCopy.textAt(word(type + TYPE_NAME));
    return name.startsWith("*") ? name.substring(1) : name;
  }

  private static long word(long address) {
    return MEMORY.get(JAVA_LONG, address);
  }
}
