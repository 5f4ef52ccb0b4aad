package uruk.tools.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.archive.LibrarySearch.Preference;
import uruk.materialization.DriverLibraries;

/** Where {@code -l} looks: the folders named with {@code -L}, then those of the system. */
final class LibraryFolders {

  private LibraryFolders() {}

  static LibrarySearch search(List<Path> first) {
    List<Path> folders = new ArrayList<>(first);
    folders.addAll(DriverLibraries.directories());
    return new LibrarySearch(folders, Preference.STATIC_FIRST);
  }
}
