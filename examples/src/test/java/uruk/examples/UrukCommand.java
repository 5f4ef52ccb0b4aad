package uruk.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.examples.RealProgram.Finished;

/**
 * The command as a user starts it, in a folder of its own.
 *
 * @param folder where it runs
 */
record UrukCommand(Path folder) {

  /** The script that starts it. */
  static final Path PATH = Path.of(System.getProperty("uruk.root"), "uruk");

  /** Writes a file into the folder. */
  void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text + "\n");
  }

  /** Runs {@code uruk run} with arguments. */
  Finished run(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(arguments));
    return RealProgram.finish(folder, command(words.toArray(String[]::new)));
  }

  /** {@return a command line of uruk} */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(PATH.toString()));
    command.addAll(List.of(arguments));
    return command;
  }
}
