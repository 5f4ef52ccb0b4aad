package uruk.bench.session;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import uruk.bench.compare.Samples;

/**
 * What doubling costs, in the JVM that users have: default heap, default collector. A JVM measures
 * all sizes in turns of a tenth of a second: the JIT compiler does not make the same code in each
 * JVM, and a machine's slow seconds would meet one size alone. Other JVMs do it again. Rounds
 * during which the collector ran do not count; the share of time that it took in all of them is
 * told apart.
 */
final class DoublingCost {
  private static final int JVMS = 5;
  private static final long TURN_NANOSECONDS = 100_000_000L;
  private static final int WARM_UP_TURNS = 40;
  private static final int TURNS = 20;

  /** Keeps the compiler from leaving work out whose result nobody uses. */
  @SuppressWarnings("UnusedVariable") // it is only written
  private static volatile Object kept = DoublingFigure.SYMBOLS;

  private DoublingCost() {}

  static void printHead() {
    System.out.printf(
        """

        What doubling costs (goal: at most 2.3 times), without the rounds in which the collector ran; medians of %d JVMs, each with
        the medians of its rounds, then with the smallest, then the smallest of some rounds of an interpreting JVM (how the number of steps grows):

        | figure | sizes | ms | factors | of smallest | interpreted | collector's share |
        |---|---|---|---|---|---|---|
        """,
        JVMS);
  }

  static void print(DoublingFigure figure) {
    List<List<Result>> jvms = IntStream.range(0, JVMS).mapToObj(_ -> inOtherJvm(figure)).toList();
    System.out.printf(
        "| %s | %s | %s | %s | %s | %s | %s |%n",
        figure.text(),
        joined(figure.sizes(), "%,d"),
        medians(jvms, jvm -> each(jvm, Result::median)).stream()
            .map(Samples::text)
            .collect(Collectors.joining("; ")),
        joined(medians(jvms, jvm -> factors(each(jvm, Result::median))), "%.2f"),
        joined(medians(jvms, jvm -> factors(each(jvm, Result::smallest))), "%.2f"),
        joined(factors(InterpretedCost.smallest(figure)), "%.2f"),
        joined(medians(jvms, jvm -> each(jvm, result -> result.share() * 100)), "%.0f%%"));
  }

  /** {@return what one JVM measured, size by size} */
  private static List<Result> inOtherJvm(DoublingFigure figure) {
    String line = OtherJvm.line(DoublingCost.class, List.of(), figure.name());
    return Arrays.stream(line.split(";", -1)).map(Result::parse).toList();
  }

  private static List<Double> each(List<Result> jvm, ToDoubleFunction<Result> number) {
    return jvm.stream().mapToDouble(number).boxed().toList();
  }

  /** {@return of each number that a JVM has the median of all JVMs} */
  private static List<Double> medians(
      List<List<Result>> jvms, Function<List<Result>, List<Double>> numbers) {
    List<List<Double>> all = jvms.stream().map(numbers).toList();
    return IntStream.range(0, all.getFirst().size())
        .mapToObj(at -> Samples.of(all.stream().map(jvm -> jvm.get(at)).toList()).median())
        .toList();
  }

  private static List<Double> factors(List<Double> times) {
    return IntStream.range(1, times.size())
        .mapToObj(at -> times.get(at) / times.get(at - 1))
        .toList();
  }

  private static String joined(List<? extends Number> numbers, String format) {
    return numbers.stream()
        .map(number -> String.format(Locale.ROOT, format, number))
        .collect(Collectors.joining("; "));
  }

  /**
   * What one JVM measured of one size.
   *
   * @param median the median of the rounds in which the collector did not run, milliseconds
   * @param smallest the smallest of them
   * @param share the collector's part of the time of all rounds
   */
  private record Result(double median, double smallest, double share) {
    String line() {
      return median + " " + smallest + " " + share;
    }

    static Result parse(String line) {
      String[] fields = line.split(" ", -1);
      return new Result(
          Double.parseDouble(fields[0]),
          Double.parseDouble(fields[1]),
          Double.parseDouble(fields[2]));
    }
  }

  // In the other JVM -----------------------------------------------------------------------------

  /** Measures the figure that is the argument. Prints the {@link Result} of each size. */
  public static void main(String[] arguments) {
    DoublingFigure figure = DoublingFigure.valueOf(arguments[0]);
    List<FreshSessions> sizes = figure.sizes().stream().map(DoublingFigure::prepared).toList();
    var _ = measured(figure, sizes, WARM_UP_TURNS);
    System.out.println(
        measured(figure, sizes, TURNS).stream()
            .map(rounds -> rounds.result().line())
            .collect(Collectors.joining(";")));
  }

  private static List<Rounds> measured(
      DoublingFigure figure, List<FreshSessions> sizes, int turns) {
    List<Rounds> rounds = sizes.stream().map(sessions -> new Rounds(figure, sessions)).toList();
    for (int turn = 0; turn < turns; turn++) {
      rounds.forEach(Rounds::takeTurn);
    }
    return rounds;
  }

  /** The rounds of one size. */
  private static final class Rounds {
    private final DoublingFigure figure;
    private final FreshSessions sessions;
    private final List<Double> undisturbed = new ArrayList<>();
    private double all;
    private long collection;

    Rounds(DoublingFigure figure, FreshSessions sessions) {
      this.figure = figure;
      this.sessions = sessions;
    }

    /** Works for a turn, or until a round was undisturbed. */
    void takeTurn() {
      long collectionBefore = collector(GarbageCollectorMXBean::getCollectionTime);
      int before = undisturbed.size();
      long end = System.nanoTime() + TURN_NANOSECONDS;
      while (System.nanoTime() < end || undisturbed.size() == before) {
        takeRound();
      }
      collection += collector(GarbageCollectorMXBean::getCollectionTime) - collectionBefore;
    }

    private void takeRound() {
      sessions.start();
      long runsBefore = collector(GarbageCollectorMXBean::getCollectionCount);
      long start = System.nanoTime();
      Object result = figure.run(sessions);
      double milliseconds = (System.nanoTime() - start) / 1e6;
      kept = result;
      all += milliseconds;
      if (collector(GarbageCollectorMXBean::getCollectionCount) == runsBefore) {
        undisturbed.add(milliseconds);
      }
      sessions.close();
      kept = figure;
    }

    Result result() {
      Samples samples = Samples.of(undisturbed);
      return new Result(samples.median(), samples.minimum(), collection / all);
    }

    private static long collector(Function<GarbageCollectorMXBean, Long> counter) {
      return ManagementFactory.getGarbageCollectorMXBeans().stream()
          .mapToLong(counter::apply)
          .sum();
    }
  }
}
