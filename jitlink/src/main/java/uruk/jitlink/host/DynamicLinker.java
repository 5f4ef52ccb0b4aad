package uruk.jitlink.host;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** The process's own dynamic linker: dlopen(3), dlsym(3) and friends. Thread-safe, as those are. */
public final class DynamicLinker {
  /** All symbols are bound when the library is opened, {@code RTLD_NOW} of dlfcn.h. */
  public static final int RTLD_NOW = 0x2;

  /** The library's symbols serve later look-ups of the whole process, {@code RTLD_GLOBAL}. */
  public static final int RTLD_GLOBAL = 0x100;

  private static final int RTLD_NOLOAD = 0x4 | RTLD_NOW;

  /** The handle that searches all global libraries in load order, {@code RTLD_DEFAULT}. */
  public static final long RTLD_DEFAULT = 0;

  /** Most functions are there, and to ask it does not make the JDK's linker. */
  private static final SymbolLookup LIBC = libc();

  private static final long DLOPEN = systemFunction("dlopen");
  private static final long DLSYM = systemFunction("dlsym");
  private static final long DLVSYM = systemFunction("dlvsym");
  private static final long DLCLOSE = systemFunction("dlclose");
  private static final long DLERROR = systemFunction("dlerror");

  private DynamicLinker() {}

  private static SymbolLookup libc() {
    try {
      return SymbolLookup.libraryLookup("libc.so.6", Arena.global());
    } catch (IllegalArgumentException | IllegalCallerException refused) {
      return name -> Optional.empty(); // who may not call native code is told by NativeCall
    }
  }

  /**
   * {@return the address of a function of the C library}
   *
   * @throws AssertionError if the C library lacks it: the callers name functions that every
   *     supported system has
   */
  static long systemFunction(String name) {
    long address = systemSymbol(name);
    if (address == 0) {
      throw new AssertionError("the C library has no " + name);
    }
    return address;
  }

  /**
   * {@return the address of a symbol of the C library, or 0 if it has none of that name} The JVM
   * looks it up: that takes no call of native code, the first of which is a good part of a short
   * run.
   */
  public static long systemSymbol(String name) {
    return LIBC.find(name)
        .or(() -> Linker.nativeLinker().defaultLookup().find(name))
        .map(MemorySegment::address)
        .orElse(0L);
  }

  /**
   * Opens a shared library.
   *
   * @param path a file name as dlopen(3) takes it; a bare name is searched on the library path
   * @param flags {@link #RTLD_NOW}, {@link #RTLD_GLOBAL}
   * @return the handle
   * @throws HostException with the dynamic linker's reason
   */
  public static long open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long handle = NativeCall.call(DLOPEN, NativeCopy.text(arena, path).address(), flags);
      if (handle == 0) {
        throw new HostException("dlopen of " + path + " failed: " + lastError(), 0);
      }
      return handle;
    }
  }

  /** {@return whether a library is loaded under exactly this path} */
  static boolean isLoaded(String path) {
    try (Arena arena = Arena.ofConfined()) {
      long handle = NativeCall.call(DLOPEN, NativeCopy.text(arena, path).address(), RTLD_NOLOAD);
      if (handle != 0) {
        close(handle);
      }
      return handle != 0;
    }
  }

  /**
   * {@return the address of a symbol, or 0 when the handle has none of that name}
   *
   * @param handle from {@link #open}, or {@link #RTLD_DEFAULT}
   */
  public static long symbol(long handle, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.call(DLSYM, handle, NativeCopy.text(arena, name).address());
    }
  }

  /**
   * {@return the address of a version of a symbol, or 0 when the handle has none}
   *
   * @param handle from {@link #open}, or {@link #RTLD_DEFAULT}
   * @param version as the library's version script names it, for example {@code GLIBC_2.2.5}
   */
  public static long symbol(long handle, String name, String version) {
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.call(
          DLVSYM,
          handle,
          NativeCopy.text(arena, name).address(),
          NativeCopy.text(arena, version).address());
    }
  }

  /**
   * Gives a library back, dlclose(3).
   *
   * @throws HostException with the dynamic linker's reason
   */
  public static void close(long handle) {
    if ((int) NativeCall.call(DLCLOSE, handle) != 0) {
      throw new HostException("dlclose failed: " + lastError(), 0);
    }
  }

  private static String lastError() {
    long text = NativeCall.call(DLERROR);
    return text == 0 ? "no reason given" : NativeCopy.textAt(text);
  }
}
