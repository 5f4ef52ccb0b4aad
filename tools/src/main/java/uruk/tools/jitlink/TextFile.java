package uruk.tools.jitlink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import uruk.tools.CommandException;

/** Files that options name. */
final class TextFile {

  private TextFile() {}

  /** {@return the text of a file, whatever bytes it has} */
  static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandException(
          Files.exists(file)
              ? "'%s': cannot be read".formatted(file)
              : "'%s': No such file or directory".formatted(file),
          e);
    }
  }
}
