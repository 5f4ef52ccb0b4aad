package uruk.tools.source;

import java.nio.file.Files;
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
    for (Path folder : folders()) {
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

  private static List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    String searched = Objects.requireNonNullElse(System.getenv("PATH"), "");
    for (String folder : searched.split(":", -1)) {
      folders.add(Path.of(folder));
    }
    folders.add(Path.of(System.getProperty("user.home"), ".cargo", "bin"));
    return folders;
  }
}
