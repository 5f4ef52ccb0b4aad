package uruk.materialization;

import java.util.function.Predicate;
import uruk.jitlink.host.DynamicLinker;
import uruk.orc.DefinitionGenerator;

/** Generators of the symbols of shared libraries, which the process's dynamic linker loads. */
public final class LibrarySymbols {
  private LibrarySymbols() {}

  /**
   * Opens a shared library for the whole process; it stays open.
   *
   * @param library a path, or a bare name that the dynamic linker searches for
   * @return a generator of its symbols and those of the libraries it needs
   * @throws uruk.jitlink.host.HostException with the dynamic linker's reason
   */
  public static DefinitionGenerator open(String library) {
    return open(library, name -> true);
  }

  /** Opens a shared library of which only the symbols are used that a filter lets pass. */
  static ProcessSymbols open(String library, Predicate<String> filter) {
    long handle = DynamicLinker.open(library, DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    return new ProcessSymbols(library, handle, filter);
  }
}
