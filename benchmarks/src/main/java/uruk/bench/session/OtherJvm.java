package uruk.bench.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of this class path in a JVM of its own. */
final class OtherJvm {
  private OtherJvm() {}

  /** {@return the first line that the main class printed} */
  static String line(Class<?> main, List<String> options, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader lines = process.inputReader(UTF_8)) {
        String line = lines.readLine();
        if (line == null) {
          throw new IllegalStateException(String.join(" ", command) + " printed nothing");
        }
        return line;
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
