package uruk.bench.compare;

import java.util.List;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * One JMH benchmark with its parameters in a JVM of its own, warm: iterations of a quarter of a
 * second, whose averages are the samples. What the collector takes is in them.
 */
public final class JmhRun {
  /** Rounds without which there is no median worth the name. */
  public static final int ROUNDS = 9;

  /** How long a round takes at least. */
  public static final TimeValue ROUND = TimeValue.milliseconds(250);

  private static final int WARM_UP_SECONDS = 6;

  private final ChainedOptionsBuilder options;

  /**
   * @param benchmark a class with benchmarks
   * @param method the one to run
   */
  public JmhRun(Class<?> benchmark, String method) {
    options =
        new OptionsBuilder()
            .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .forks(1)
            .warmupIterations(WARM_UP_SECONDS)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(ROUNDS)
            .measurementTime(ROUND);
  }

  /** Sets how long the benchmark runs before the first round; 6 seconds unless told. */
  public JmhRun warmUp(int seconds) {
    options.warmupIterations(seconds);
    return this;
  }

  /** Sets a parameter of the benchmark. */
  public JmhRun with(String parameter, Object value) {
    options.param(parameter, value.toString());
    return this;
  }

  /** Sets how many threads run the benchmark at once. */
  public JmhRun onThreads(int threads) {
    options.threads(threads);
    return this;
  }

  /** {@return the rounds} */
  public Rounds run() {
    try {
      return new Rounds(
          new Runner(options.build())
              .runSingle().getBenchmarkResults().stream()
                  .flatMap(fork -> fork.getIterationResults().stream())
                  .toList());
    } catch (RunnerException failure) {
      throw new IllegalStateException("the benchmark failed: " + failure.getMessage(), failure);
    }
  }

  /**
   * What the rounds of a benchmark were.
   *
   * @param iterations as JMH gives them
   */
  public record Rounds(List<IterationResult> iterations) {
    /** {@return the time of an operation, in the benchmark's unit} */
    public Samples time() {
      return Samples.of(
          iterations.stream().map(round -> round.getPrimaryResult().getScore()).toList());
    }

    /** {@return a counter of the benchmark, divided by another one} */
    public Samples counter(String name, String divisor) {
      return Samples.of(
          iterations.stream().map(round -> score(round, name) / score(round, divisor)).toList());
    }

    private static double score(IterationResult round, String name) {
      Result<?> result = round.getSecondaryResults().get(name);
      return result == null ? 0 : result.getScore();
    }
  }
}
