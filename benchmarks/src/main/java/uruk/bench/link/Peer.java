package uruk.bench.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import uruk.bench.compare.JmhRun;
import uruk.bench.compare.Samples;

/** LLVM's LLJIT in a process of its own; peer.cpp explains the commands. */
final class Peer implements AutoCloseable {
  private final Process process;
  private final PrintStream commands;
  private final BufferedReader answers;
  private final List<double[]> rounds = new ArrayList<>();
  private int copies;
  private int times;

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

  /** Starts a session for a case, warms it up, and finds out how many links make a round. */
  void start(LinkCase one) {
    Workload workload = one.workload().get();
    ask("load " + workload.pack() + " " + workload.symbolFile());
    ask("session " + one.threads() + (one.phonyExternals() ? " phony" : " process"));
    rounds.clear();
    copies = one.copies();
    times = 1;
    double milliseconds = Math.min(measureRound()[0], measureRound()[0]);
    times = (int) Math.max(1, JmhRun.ROUND.convertTo(TimeUnit.MILLISECONDS) / milliseconds);
  }

  /** Measures some rounds. */
  void measure(int count) {
    for (int round = 0; round < count; round++) {
      rounds.add(measureRound());
    }
  }

  /** {@return what the rounds since the start were} */
  LinkSpeed.Figures figures() {
    return new LinkSpeed.Figures(column(0), column(1), column(2));
  }

  private Samples column(int index) {
    return Samples.of(rounds.stream().map(round -> round[index]).toList());
  }

  private double[] measureRound() {
    String[] numbers = ask("link " + copies + " " + times).split(" ", -1);
    double[] milliseconds = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      milliseconds[i] = Long.parseLong(numbers[i]) / 1e6;
    }
    return milliseconds;
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

  @Override
  public void close() {
    commands.close();
    process.destroy();
  }
}
