package uruk.bench.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import uruk.bench.compare.JmhRun;
import uruk.bench.compare.MachineLoad;
import uruk.bench.compare.Samples;
import uruk.orc.ExecutionSession;

/**
 * Measures the session with JMH beside the program over LLVM 22's ORC, whose rounds are before and
 * after ours, and prints both; then what doubling costs.
 *
 * <p>Arguments: the peer's program, then names of figures or parts of names (all by default).
 * {@code --any-load} measures although the machine is busy.
 */
public final class SessionComparison {
  private final String program;
  private final List<String> chosen;

  private SessionComparison(String program, List<String> chosen) {
    this.program = program;
    this.chosen = chosen;
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) {
    List<String> rest = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    MachineLoad.check(rest);
    SessionComparison comparison = new SessionComparison(arguments[0], rest);
    comparison.comparePeers();
    comparison.printDoubling();
  }

  private boolean isChosen(String figure) {
    return chosen.isEmpty() || chosen.stream().anyMatch(figure::contains);
  }

  private void comparePeers() {
    System.out.printf(
        """
        Medians of %d rounds, the smallest in brackets.

        | figure | Uruk | LLVM 22 | ratio | of least | goal |
        |---|---|---|---|---|---|
        """,
        JmhRun.ROUNDS);
    readyLookups();
    fresh("absolute-1000000", "absoluteSymbols", 1_000_000, "0.3");
    bytesPerSymbol();
    fresh("chain-1000", "chain", 1000, "0.25");
    fresh("chain-10000", "chain", 10_000, "0.12");
    fresh("woven-250", "woven", 250, "");
    fresh("woven-500", "woven", 500, "");
  }

  private void readyLookups() {
    JmhRun one = new JmhRun(ReadyLookups.class, "lookUp").with("dylibsInFront", 0);
    double onOneThread = compare("ready-lookup", "ns", one, 1, 1, "0.2");
    JmhRun behind = new JmhRun(ReadyLookups.class, "lookUp").with("dylibsInFront", 100);
    compare("ready-lookup-behind-100", "ns", behind, 1, 1, "2 µs");
    JmhRun two = new JmhRun(ReadyLookups.class, "lookUp").with("dylibsInFront", 0).onThreads(2);
    double onTwoThreads = compare("ready-lookup-two-threads", "ns", two, 0.5, 1, "");
    if (onOneThread > 0 && onTwoThreads > 0) {
      System.out.printf(
          Locale.ROOT,
          "| two threads, times one | %.2f | | | | 1.8 |%n",
          onOneThread / onTwoThreads);
    }
  }

  private void fresh(String figure, String method, int size, String goal) {
    compare(
        figure, "ms", new JmhRun(FreshSessions.class, method).with("size", size), 1, 1e-6, goal);
  }

  /**
   * Measures and prints one figure.
   *
   * @param scale what JMH's figure is multiplied with
   * @param peerScale what the peer's nanoseconds are multiplied with
   * @return the median of ours; 0 if the figure was not chosen
   */
  private double compare(
      String figure, String unit, JmhRun run, double scale, double peerScale, String goal) {
    if (!isChosen(figure)) {
      return 0;
    }
    List<Double> theirs = new ArrayList<>(peer(figure, JmhRun.ROUNDS / 2));
    Samples mine = run.run().time().times(scale);
    theirs.addAll(peer(figure, JmhRun.ROUNDS - JmhRun.ROUNDS / 2));
    Samples peers = Samples.of(theirs).times(peerScale);
    System.out.printf(
        Locale.ROOT,
        "| %s, %s | %s | %s | %.2g | %.2g | %s |%n",
        figure,
        unit,
        mine,
        peers,
        mine.ratioTo(peers),
        mine.ratioOfLeastTo(peers),
        goal);
    return mine.median();
  }

  /** Runs the peer on an unlimited stack: its dispatch in place recurses once per unit. */
  private List<Double> peer(String figure, int rounds) {
    String command = "ulimit -s unlimited; exec \"$0\" \"$1\" \"$2\"";
    try {
      Process process =
          new ProcessBuilder("sh", "-c", command, program, figure, Integer.toString(rounds))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader lines = process.inputReader(UTF_8)) {
        return lines.lines().map(line -> Double.parseDouble(line.split(" ", -1)[0])).toList();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void bytesPerSymbol() {
    String figure = "absolute-1000000-bytes";
    if (!isChosen(figure)) {
      return;
    }
    int count = 1_000_000;
    long before = liveHeap();
    double bytes;
    try (ExecutionSession session = ExecutionSession.create()) {
      var _ = SessionWork.defineAndLookUp(session, SessionWork.absoluteSymbols(count));
      bytes = (double) (liveHeap() - before) / count;
    }
    double theirs = peer(figure, 1).getFirst();
    System.out.printf(
        Locale.ROOT,
        "| %s, a symbol with its name | %.0f | %.0f | %.2g | | 200 |%n",
        figure,
        bytes,
        theirs,
        bytes / theirs);
  }

  private static long liveHeap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void printDoubling() {
    List<DoublingFigure> figures =
        Arrays.stream(DoublingFigure.values()).filter(figure -> isChosen(figure.title())).toList();
    if (!figures.isEmpty()) {
      DoublingCost.printHead();
      figures.forEach(DoublingCost::print);
    }
  }
}
