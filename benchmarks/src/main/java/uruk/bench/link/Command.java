package uruk.bench.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;

/** Runs the programs that make inputs. */
final class Command {
  private Command() {}

  /** Runs a program, whose words go to standard error. */
  static void run(List<String> command) throws IOException {
    output(command.toArray(String[]::new));
  }

  /** {@return what a program writes to its standard output} */
  static String output(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status;
    try {
      status = process.waitFor();
    } catch (InterruptedException interrupted) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException(command[0] + ": interrupted", interrupted);
    }
    if (status != 0) {
      throw new IOException(String.join(" ", command) + ": failed with status " + status);
    }
    return output;
  }
}
