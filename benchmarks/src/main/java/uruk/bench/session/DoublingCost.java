package uruk.bench.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
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
  private static final int SIZES = 4;
  private static final long WARM_UP_NANOSECONDS = 4_000_000_000L;
  private static final long MEASUREMENT_NANOSECONDS = 1_500_000_000L;
  private static final int FEWEST_ROUNDS = 9;

  /** Keeps the compiler from leaving work out whose result nobody uses. */
  @SuppressWarnings("UnusedVariable") // it is only written
  private static volatile Object kept = Figure.SYMBOLS;

  private DoublingCost() {}

  /** What is doubled, and from which number on. */
  @SuppressWarnings("ImmutableEnumChecker") // method references have no state
  enum Figure {
    SYMBOLS("symbols", 62_500, FreshSessions::absoluteSymbols),
    CHAIN("units in a chain", 5000, FreshSessions::chain),
    EDGES("edges among 2,500 symbols", 10_000, FreshSessions::edges),
    WOVEN("symbols with 4 edges each", 5000, FreshSessions::woven),
    DYLIBS("dylibs searched", 1000, FreshSessions::dylibs),
    GENERATORS("generators asked", 1000, FreshSessions::generators),
    WAITERS("waiters", 5000, FreshSessions::waiters);

    private final String text;
    private final int smallest;
    private final Function<FreshSessions, Object> work;

    Figure(String text, int smallest, Function<FreshSessions, Object> work) {
      this.text = text;
      this.smallest = smallest;
      this.work = work;
    }

    /** {@return the name by which the figure is chosen} */
    String title() {
      return "doubling " + text;
    }

    private List<Integer> sizes() {
      return IntStream.range(0, SIZES).map(at -> smallest << at).boxed().toList();
    }
  }

  static void printHead() {
    System.out.printf(
        """

        What doubling costs (goal: at most 2.3 times), without the rounds in which the collector ran; medians of %d JVMs' medians:

        | figure | sizes | ms | factors | collector's share |
        |---|---|---|---|---|
        """,
        JVMS);
  }

  static void print(Figure figure) {
    ListMultimap<Integer, Result> results = inTurns(figure);
    List<Samples> times = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    for (int size : figure.sizes()) {
      times.add(Samples.of(results.get(size).stream().map(Result::milliseconds).toList()));
      shares.add(
          Samples.of(results.get(size).stream().map(Result::collectorShare).toList()).median());
    }
    System.out.printf(
        "| %s | %s | %s | %s | %s |%n",
        figure.text,
        joined(figure.sizes(), "%,d"),
        times.stream().map(each -> Samples.text(each.median())).collect(Collectors.joining(", ")),
        joined(factors(times), "%.2f"),
        joined(shares.stream().map(share -> share * 100).toList(), "%.0f%%"));
  }

  /**
   * The sizes follow each other, and again, so that a slow minute of the machine meets them all.
   */
  private static ListMultimap<Integer, Result> inTurns(Figure figure) {
    ListMultimap<Integer, Result> results = ArrayListMultimap.create();
    for (int turn = 0; turn < JVMS; turn++) {
      for (int size : figure.sizes()) {
        results.put(size, inAnotherJvm(figure, size));
      }
    }
    return results;
  }

  private static List<Double> factors(List<Samples> times) {
    return IntStream.range(1, times.size())
        .mapToObj(at -> times.get(at).ratioTo(times.get(at - 1)))
        .toList();
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

  private static Result inAnotherJvm(Figure figure, int size) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    String[] command = {
      java, "-cp", classPath, DoublingCost.class.getName(), figure.name(), Integer.toString(size)
    };
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader lines = process.inputReader(UTF_8)) {
        String line = lines.readLine();
        if (line == null) {
          throw new IllegalStateException(String.join(" ", command) + " printed nothing");
        }
        return Result.parse(line);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  // In the other JVM -----------------------------------------------------------------------------

  /** Measures one figure at one size: the arguments. Prints the {@link Result}. */
  public static void main(String[] arguments) {
    Figure figure = Figure.valueOf(arguments[0]);
    FreshSessions sessions = new FreshSessions();
    sessions.size = Integer.parseInt(arguments[1]);
    sessions.prepare();
    var _ = measure(figure, sessions, WARM_UP_NANOSECONDS);
    Result result = measure(figure, sessions, MEASUREMENT_NANOSECONDS);
    System.out.println(result.milliseconds() + " " + result.collectorShare());
  }

  private static Result measure(Figure figure, FreshSessions sessions, long nanoseconds) {
    List<Double> undisturbed = new ArrayList<>();
    double all = 0;
    long collectionBefore = collector(GarbageCollectorMXBean::getCollectionTime);
    long end = System.nanoTime() + nanoseconds;
    while (System.nanoTime() < end || undisturbed.size() < FEWEST_ROUNDS) {
      sessions.start();
      long runsBefore = collector(GarbageCollectorMXBean::getCollectionCount);
      long start = System.nanoTime();
      Object result = figure.work.apply(sessions);
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
