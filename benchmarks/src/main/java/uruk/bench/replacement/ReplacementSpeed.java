package uruk.bench.replacement;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import uruk.bench.compare.JmhRun;
import uruk.bench.compare.MachineLoad;
import uruk.bench.compare.Samples;

/**
 * Prints what replacing costs, beside the program over LLVM 22's redirectable symbols where that
 * can do the same; its rounds are before and after ours.
 *
 * <p>Arguments: the peer's program, then names of figures (all by default): {@code redirect},
 * {@code replace}, {@code call}, {@code scan}, {@code cycles}. {@code --any-load} measures although
 * the machine is busy.
 */
public final class ReplacementSpeed {
  private static final double MICROSECOND = 1e-3;

  private final String program;
  private final List<String> chosen;

  private ReplacementSpeed(String program, List<String> chosen) {
    this.program = program;
    this.chosen = chosen;
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) {
    List<String> rest = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    MachineLoad.check(rest);
    ReplacementSpeed speed = new ReplacementSpeed(arguments[0], rest);
    System.out.printf(
        """
        Medians of %d rounds, the smallest in brackets.

        | figure | Uruk | LLVM 22 | ratio | of least | goal |
        |---|---|---|---|---|---|
        """,
        JmhRun.ROUNDS);
    speed.redirect();
    speed.replace();
    speed.call();
    speed.scan();
    if (speed.isChosen("cycles")) {
      System.out.println();
      ManyReplacements.print();
    }
  }

  private boolean isChosen(String figure) {
    return chosen.isEmpty() || chosen.contains(figure);
  }

  private void redirect() {
    if (isChosen("redirect")) {
      compare(
          "redirecting a function, ns",
          new JmhRun(Redirecting.class, "redirect"),
          1,
          List.of("redirect"),
          "0.5");
      Samples rollBack = new JmhRun(Redirecting.class, "rollBack").run().time();
      print("rolling the update of one function back, µs", rollBack.times(MICROSECOND), "");
    }
  }

  private void replace() {
    if (isChosen("replace")) {
      List<String> versions =
          Stream.of(0, 1).map(version -> Sources.library(version).toString()).toList();
      List<String> peer =
          List.of("replace", versions.get(0), versions.get(1), Integer.toString(Sources.FUNCTIONS));
      for (String policy : List.of("STUB", "PATCH")) {
        compare(
            "replacing 100 functions with 1,000 call sites, " + policy + ", µs",
            new JmhRun(Replacing.class, "replace").with("policy", policy),
            MICROSECOND,
            peer,
            "1,000 µs");
      }
    }
  }

  private void call() {
    if (isChosen("call")) {
      extra("a call through an entry, more than a direct one, ns", "throughEntry", "direct");
      extra("a Java handle, more than a raw one, ns", "handle", "rawHandle");
    }
  }

  private static void extra(String figure, String with, String without) {
    Samples baseline = new JmhRun(EntryCalls.class, without).run().time();
    Samples measured = new JmhRun(EntryCalls.class, with).run().time();
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f (%.2f - %.2f) | | | | 1 |%n",
        figure,
        measured.median() - baseline.median(),
        measured.median(),
        baseline.median());
  }

  private void scan() {
    if (isChosen("scan")) {
      print("examining 100 threads, ms", ThreadScanning.milliseconds(), "5");
    }
  }

  private void compare(
      String figure, JmhRun run, double scale, List<String> peerArguments, String goal) {
    List<Double> theirs = new ArrayList<>(peer(peerArguments, JmhRun.ROUNDS / 2));
    Samples mine = run.run().time().times(scale);
    theirs.addAll(peer(peerArguments, JmhRun.ROUNDS - JmhRun.ROUNDS / 2));
    Samples peers = Samples.of(theirs).times(scale);
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %.2g | %.2g | %s |%n",
        figure,
        mine,
        peers,
        mine.ratioTo(peers),
        mine.ratioOfLeastTo(peers),
        goal);
  }

  private static void print(String figure, Samples samples, String goal) {
    System.out.printf("| %s | %s | | | | %s |%n", figure, samples, goal);
  }

  /** {@return the rounds of the peer, after the first, which is its warm-up} */
  private List<Double> peer(List<String> arguments, int rounds) {
    List<String> command = new ArrayList<>(List.of(program, arguments.getFirst()));
    command.add(Integer.toString(rounds + 1));
    command.addAll(arguments.subList(1, arguments.size()));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader lines = process.inputReader(UTF_8)) {
        return lines.lines().skip(1).map(Double::parseDouble).toList();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
