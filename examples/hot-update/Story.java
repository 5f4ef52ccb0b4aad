import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.ObjectFile;

/** What the stories of this folder share: they compile, and end when something is not as told. */
final class Story {
  private static final Path FOLDER =
      Path.of(System.getProperty("examples", "examples")).resolve("hot-update");

  private Story() {}

  /** Compiles one of this folder's files; {@code cc} knows the language by the file's name. */
  static byte[] compile(String source, String... options)
      throws IOException, InterruptedException {
    Path object = Files.createTempFile("hot-update", ".o");
    try {
      List<String> command = new ArrayList<>(List.of("cc", "-c", "-O2", "-fPIC", "-o"));
      command.addAll(List.of(object.toString(), FOLDER.resolve(source).toString()));
      command.addAll(List.of(options));
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      verify(status == 0, String.join(" ", command) + " ended with status " + status);
      return Files.readAllBytes(object);
    } finally {
      Files.delete(object);
    }
  }

  /** Compiles one of this folder's files to an object file. */
  static ObjectFile object(String source, String... options)
      throws IOException, InterruptedException {
    return ObjectFile.of(source, compile(source, options));
  }

  /** {@return the first line of the first cause, which says what is wrong} */
  static String reason(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return first.getMessage().lines().findFirst().orElse("");
  }

  /** Hears of errors that a story makes on purpose, and catches as exceptions. */
  static void expected(Throwable error) {}

  /** Ends the story unless something is true. */
  static void verify(boolean expected, String otherwise) {
    if (!expected) {
      throw new AssertionError(otherwise);
    }
  }
}
