package uruk.tools.program;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.archive.LibrarySearch.Preference;

/** Where {@code -l} looks: the folders named with {@code -L}, then those of the C compiler. */
final class LibraryFolders {

  private static final List<Path> WITHOUT_COMPILER =
      List.of(Path.of("/usr/local/lib"), Path.of("/usr/lib"), Path.of("/lib"));

  private LibraryFolders() {}

  static LibrarySearch search(List<Path> first) {
    List<Path> folders = new ArrayList<>(first);
    folders.addAll(ofCompiler());
    return new LibrarySearch(folders, Preference.STATIC_FIRST);
  }

  private static List<Path> ofCompiler() {
    try {
      Process process =
          new ProcessBuilder("cc", "-print-search-dirs").redirectError(Redirect.DISCARD).start();
      try (var printed = process.inputReader(StandardCharsets.UTF_8)) {
        return LibrarySearch.systemDirectories(printed.readAllAsString());
      }
    } catch (IOException e) {
      return WITHOUT_COMPILER;
    }
  }
}
