package uruk.tools.source;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Finds commands as a shell does. */
public final class Executables {

  private Executables() {}

  /**
   * {@return the file that a command's name stands for}
   *
   * <p>Searched are the folders of {@code PATH} and then {@code ~/.cargo/bin}, which Rust's
   * installer adds to the {@code PATH} of later log-ins only.
   */
  public static Optional<Path> find(String command) {
    String searched = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return find(command, searched);
  }

  /** {@return the file, in the folders that a text separates with colons} */
  static Optional<Path> find(String command, String searched) {
    for (Path folder : folders(searched)) {
      Path candidate = folder.resolve(command);
      if (isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** {@return whether a file can be started as a program} */
  static boolean isExecutable(Path file) {
    return Files.isExecutable(file) && Files.isRegularFile(file);
  }

  private static List<Path> folders(String searched) {
    List<Path> folders = new ArrayList<>();
    for (String folder : searched.split(":", -1)) {
      try {
        folders.add(Path.of(folder));
      } catch (InvalidPathException unmappable) {
        // A name that the locale's encoding does not have; the others may do.
      }
    }
    folders.add(Path.of(System.getProperty("user.home"), ".cargo", "bin"));
    return folders;
  }
}
