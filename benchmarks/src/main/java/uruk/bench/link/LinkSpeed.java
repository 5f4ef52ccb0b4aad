package uruk.bench.link;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.bench.compare.JmhRun;
import uruk.bench.compare.MachineLoad;
import uruk.bench.compare.Samples;

/**
 * Links the same objects by LLVM's LLJIT and by JMH in a warm JVM, and prints how the two compare:
 * the peer's rounds are before and after ours, so that both meet the same minutes.
 *
 * <p>Arguments: the peer's program, then names of cases or parts of names (all by default). {@code
 * --any-load} measures although the machine is busy.
 */
public final class LinkSpeed {
  /** A link is some thousand methods, which the compiler takes this long for. */
  private static final int WARM_UP_SECONDS = 12;

  private final Peer peer;
  private final Map<String, Double> medians = new LinkedHashMap<>();

  private LinkSpeed(Peer peer) {
    this.peer = peer;
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    MachineLoad.check(names);
    List<LinkCase> cases =
        new LinkCases(Inputs.ofProperties())
            .all().stream()
                .filter(one -> names.isEmpty() || names.stream().anyMatch(one.name()::contains))
                .toList();
    System.out.println(
        """
        Wall times are medians of %d rounds, the smallest in brackets; CPU and removal are medians; all in ms.

        | case | Uruk | CPU | removal | LLJIT | CPU | removal | ratio | of least | of CPU | goal | load |
        |---|---|---|---|---|---|---|---|---|---|---|---|\
        """
            .formatted(JmhRun.ROUNDS));
    try (Peer peer = new Peer(Path.of(arguments[0]))) {
      LinkSpeed comparison = new LinkSpeed(peer);
      cases.forEach(comparison::compare);
      comparison.printDoubling();
      comparison.printThreads("sqlite-16-dylibs");
      comparison.printThreads("chain-1000");
    }
  }

  /**
   * What one side did, in milliseconds.
   *
   * @param wall of adding the objects and looking the symbols up
   * @param cpu the process's of the same, with all its threads
   * @param removal wall time of the removal
   */
  record Figures(Samples wall, Samples cpu, Samples removal) {}

  private void compare(LinkCase one) {
    double load = MachineLoad.now();
    if (one.peerRounds() > 0) {
      peer.start(one);
      peer.measure(one.peerRounds() / 2);
    }
    JmhRun.Rounds rounds =
        new JmhRun(LinkBenchmark.class, "link")
            .with("linkCase", one.name())
            .warmUp(WARM_UP_SECONDS)
            .run();
    Figures mine =
        new Figures(
            rounds.time(), rounds.counter("cpu", "links"), rounds.counter("removal", "links"));
    medians.put(one.name(), mine.wall().median());
    Figures theirs = null;
    if (one.peerRounds() > 0) {
      peer.measure(one.peerRounds() - one.peerRounds() / 2);
      theirs = peer.figures();
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %s | %.1f |%n",
        one.name(),
        columns(mine),
        theirs == null ? "not run | | " : columns(theirs),
        ratios(one, mine, theirs),
        load);
  }

  private static String columns(Figures figures) {
    return "%s | %s | %s"
        .formatted(
            figures.wall(),
            Samples.text(figures.cpu().median()),
            Samples.text(figures.removal().median()));
  }

  private static String ratios(LinkCase one, Figures mine, @Nullable Figures theirs) {
    if (theirs == null) {
      return " | | | ";
    }
    return String.format(
        Locale.ROOT,
        "%.2g | %.2g | %.2g | %s",
        mine.wall().ratioTo(theirs.wall()),
        mine.wall().ratioOfLeastTo(theirs.wall()),
        mine.cpu().ratioTo(theirs.cpu()),
        Double.isNaN(one.goal()) ? "" : one.goal());
  }

  private void printDoubling() {
    for (int count = 2000; count <= 16000; count *= 2) {
      printRatio(
          "%d functions in sections cost %%.2f times %d (goal 2.3)".formatted(count, count / 2),
          medians.get("sections-" + count),
          medians.get("sections-" + count / 2));
    }
  }

  private void printThreads(String name) {
    printRatio(
        name + ": two threads are %.2f times as fast as one",
        medians.get(name + LinkCases.on(1)),
        medians.get(name + LinkCases.on(2)));
  }

  private static void printRatio(String sentence, @Nullable Double value, @Nullable Double unit) {
    if (value != null && unit != null) {
      System.out.printf(Locale.ROOT, sentence + "%n", value / unit);
    }
  }
}
