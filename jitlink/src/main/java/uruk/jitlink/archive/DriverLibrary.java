package uruk.jitlink.archive;

import java.util.Arrays;
import java.util.List;

/**
 * The archives that a compiler driver adds to every link without being asked. Code compiled for a
 * program expects what is in them, and no shared library of the process exports it.
 */
public enum DriverLibrary {
  /** {@code atexit}, {@code at_quick_exit}, {@code stat} of glibc: one copy for each module. */
  LIBC_NONSHARED("libc_nonshared.a"),
  /** Helpers that compilers call: 128-bit division, soft floating point, complex products. */
  LIBGCC("libgcc.a");

  private final String fileName;

  DriverLibrary(String fileName) {
    this.fileName = fileName;
  }

  /** {@return the archive's file name} */
  public String fileName() {
    return fileName;
  }

  /**
   * Finds those that this system has; a system without glibc or gcc lacks some.
   *
   * @param search the directories of {@code cc -print-search-dirs}, for example
   * @return the archives found, in the order they should be searched
   */
  public static List<LibraryInput> find(LibrarySearch search) {
    return Arrays.stream(values())
        .flatMap(library -> search.find(List.of(library.fileName), _ -> {}).stream())
        .map(path -> new LibraryInput(path, FileKind.of(path), false))
        .toList();
  }
}
