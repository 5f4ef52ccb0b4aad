package uruk.bench.session;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import uruk.bench.compare.Samples;

/**
 * What doubling costs, in the JVM that users have: default heap, default collector. Each size runs
 * in JVMs of its own, because the JIT compiler does not make the same code each time, and is warm
 * before the clock starts. Rounds during which the collector ran do not count; the share of time
 * that it took in all of them is told apart.
 */
final class DoublingCost {
  private static final int JVMS = 5;
  private static final long WARM_UP_NANOSECONDS = 4_000_000_000L;
  private static final long MEASUREMENT_NANOSECONDS = 1_500_000_000L;
  private static final int FEWEST_ROUNDS = 9;

  /** Keeps the compiler from leaving work out whose result nobody uses. */
  @SuppressWarnings("UnusedVariable") // it is only written
  private static volatile Object kept = DoublingFigure.SYMBOLS;

  private DoublingCost() {}

  static void printHead() {
    System.out.printf(
        """

        What doubling costs (goal: at most 2.3 times), without the rounds in which the collector ran; medians of %d JVMs' medians,
        then the smallest of these, then the smallest of some rounds of an interpreting JVM (how the number of steps grows):

        | figure | sizes | ms | factors | of smallest | interpreted | collector's share |
        |---|---|---|---|---|---|---|
        """,
        JVMS);
  }

  static void print(DoublingFigure figure) {
    ListMultimap<Integer, Result> results = inTurns(figure);
    List<Samples> times = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    for (int size : figure.sizes()) {
      times.add(Samples.of(results.get(size).stream().map(Result::milliseconds).toList()));
      shares.add(
          Samples.of(results.get(size).stream().map(Result::collectorShare).toList()).median());
    }
    System.out.printf(
        "| %s | %s | %s | %s | %s | %s | %s |%n",
        figure.text(),
        joined(figure.sizes(), "%,d"),
        times.stream().map(each -> Samples.text(each.median())).collect(Collectors.joining("; ")),
        factors(times.stream().map(Samples::median).toList()),
        factors(times.stream().map(Samples::minimum).toList()),
        factors(InterpretedCost.smallest(figure)),
        joined(shares.stream().map(share -> share * 100).toList(), "%.0f%%"));
  }

  /**
   * The sizes follow each other, and again, so that a slow minute of the machine meets them all.
   */
  private static ListMultimap<Integer, Result> inTurns(DoublingFigure figure) {
    ListMultimap<Integer, Result> results = ArrayListMultimap.create();
    for (int turn = 0; turn < JVMS; turn++) {
      for (int size : figure.sizes()) {
        String line = OtherJvm.line(DoublingCost.class, List.of(), figure.name(), size);
        results.put(size, Result.parse(line));
      }
    }
    return results;
  }

  private static String factors(List<Double> times) {
    return joined(
        IntStream.range(1, times.size()).mapToObj(at -> times.get(at) / times.get(at - 1)).toList(),
        "%.2f");
  }

  private static String joined(List<? extends Number> numbers, String format) {
    return numbers.stream()
        .map(number -> String.format(Locale.ROOT, format, number))
        .collect(Collectors.joining("; "));
  }

  /**
   * What one JVM measured.
   *
   * @param milliseconds the median of the rounds in which the collector did not run
   * @param collectorShare the collector's part of the time of all rounds
   */
  private record Result(double milliseconds, double collectorShare) {
    static Result parse(String line) {
      String[] fields = line.split(" ", 2);
      return new Result(Double.parseDouble(fields[0]), Double.parseDouble(fields[1]));
    }
  }

  // In the other JVM -----------------------------------------------------------------------------

  /** Measures one figure at one size: the arguments. Prints the {@link Result}. */
  public static void main(String[] arguments) {
    DoublingFigure figure = DoublingFigure.valueOf(arguments[0]);
    FreshSessions sessions = DoublingFigure.prepared(Integer.parseInt(arguments[1]));
    var _ = measure(figure, sessions, WARM_UP_NANOSECONDS);
    Result result = measure(figure, sessions, MEASUREMENT_NANOSECONDS);
    System.out.println(result.milliseconds() + " " + result.collectorShare());
  }

  private static Result measure(DoublingFigure figure, FreshSessions sessions, long nanoseconds) {
    List<Double> undisturbed = new ArrayList<>();
    double all = 0;
    long collectionBefore = collector(GarbageCollectorMXBean::getCollectionTime);
    long end = System.nanoTime() + nanoseconds;
    while (System.nanoTime() < end || undisturbed.size() < FEWEST_ROUNDS) {
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
    long collection = collector(GarbageCollectorMXBean::getCollectionTime) - collectionBefore;
    return new Result(Samples.of(undisturbed).median(), collection / all);
  }

  private static long collector(Function<GarbageCollectorMXBean, Long> counter) {
    return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(counter::apply).sum();
  }
}
