package uruk.bench.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** LLVM's LLJIT in a process of its own; peer.cpp explains the commands. */
final class Peer implements Side {
  private final Process process;
  private final PrintStream commands;
  private final BufferedReader answers;

  /**
   * Starts the peer.
   *
   * @param program what benchmarks/peers/lljit/build made
   */
  Peer(Path program) {
    try {
      // LLVM's default dispatcher recurses once per dependency, beyond a stack of 8 MB.
      process =
          new ProcessBuilder("sh", "-c", "ulimit -s unlimited; exec \"$0\"", program.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    commands = new PrintStream(process.getOutputStream(), true, UTF_8);
    answers = process.inputReader(UTF_8);
  }

  private String ask(String command) {
    commands.println(command);
    String answer;
    try {
      answer = answers.readLine();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    if (answer == null || !answer.startsWith("ok")) {
      throw new IllegalStateException("the peer answers " + answer + " to: " + command);
    }
    return answer.substring("ok".length()).strip();
  }

  private Measurement measure(String command) {
    String[] numbers = ask(command).split(" ", -1);
    return new Measurement(
        Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }

  @Override
  public void load(Workload workload) {
    ask("load " + workload.pack() + " " + workload.symbolFile());
  }

  @Override
  public void startSession(int threads, boolean phonyExternals) {
    ask("session " + threads + (phonyExternals ? " phony" : " process"));
  }

  @Override
  public Measurement link(int times) {
    return measure("link " + times);
  }

  @Override
  public Measurement spread(int copies) {
    return measure("spread " + copies);
  }

  @Override
  public void close() {
    commands.close();
    process.destroy();
  }
}
