package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Turns C++ names into source form by the C++ run-time library's own {@code __cxa_demangle}
 * (Itanium C++ ABI, section 3.4), if the process can load that library, and names that rustc makes
 * in their likeness or in its own mangling. Thread-safe.
 */
public final class Demangler {
  private static final String LIBRARY = "libstdc++.so.6";
  private static final String PREFIX = "_Z";

  /** The demangler keeps its work on the stack, in proportion to the name. */
  private static final int LONGEST = 2000;

  private Demangler() {}

  /** Loaded when the first C++ name is asked for. */
  private static final class Library {
    static final long DEMANGLE = demangle();
    static final long FREE = DynamicLinker.systemFunction("free");

    private static long demangle() {
      try {
        long handle = DynamicLinker.open(LIBRARY, DynamicLinker.RTLD_NOW);
        return DynamicLinker.symbol(handle, "__cxa_demangle");
      } catch (HostException absent) {
        return 0;
      }
    }
  }

  /**
   * {@return the source form of a C++ name such as {@code ns::f(int)}, or of a Rust one such as
   * {@code core::fmt::write}; null if the name is neither or cannot be demangled here}
   */
  public static @Nullable String demangle(String name) {
    if (name.length() > LONGEST) {
      return null;
    }
    if (!name.startsWith(PREFIX)) {
      return RustV0Names.demangle(name);
    }
    String rust = RustNames.demangle(name);
    return rust == null ? byLibrary(name) : rust;
  }

  /**
   * {@return the source form of the name that a C++ {@code std::type_info} has, such as {@code
   * St13runtime_error}; the name itself if it cannot be demangled here}
   */
  public static String typeName(String mangled) {
    String demangled = mangled.length() > LONGEST ? null : byLibrary(mangled);
    return demangled == null ? mangled : demangled;
  }

  private static @Nullable String byLibrary(String name) {
    if (Library.DEMANGLE == 0) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      long mangled = NativeCopy.text(arena, name).address();
      long text = NativeCall.call(Library.DEMANGLE, mangled, 0, 0, status.address(), 0, 0);
      if (text == 0) {
        return null;
      }
      String demangled = NativeCopy.textAt(text);
      NativeCall.call(Library.FREE, text);
      return demangled;
    }
  }

  /** {@return the name as people read it: {@code ns::f(int) (_ZN2ns1fEi)}, or just the name} */
  public static String describe(String name) {
    String demangled = demangle(name);
    return demangled == null ? name : "%s (%s)".formatted(demangled, name);
  }
}
