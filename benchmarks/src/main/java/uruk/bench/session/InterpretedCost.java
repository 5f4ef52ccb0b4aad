package uruk.bench.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import uruk.bench.compare.Samples;

/**
 * What doubling costs when the JVM interprets, in a heap that is touched beforehand. A step of the
 * program then takes so much longer than what the memory adds that the factors tell how the number
 * of steps grows, whatever caches the machine has. Nothing is compiled, so all sizes run in one
 * JVM.
 */
final class InterpretedCost {
  private static final int ROUNDS = 5;
  private static final List<String> OPTIONS =
      List.of("-Xint", "-Xms3g", "-Xmx3g", "-Xmn2g", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch");

  private InterpretedCost() {}

  /** {@return the smallest milliseconds of each size} */
  static List<Double> smallest(DoublingFigure figure) {
    String line = OtherJvm.line(InterpretedCost.class, OPTIONS, figure.name());
    return Arrays.stream(line.split(" ", -1)).map(Double::valueOf).toList();
  }

  /** Measures the figure that is the argument; prints {@link #smallest}. */
  public static void main(String[] arguments) {
    DoublingFigure figure = DoublingFigure.valueOf(arguments[0]);
    List<FreshSessions> sizes = figure.sizes().stream().map(DoublingFigure::prepared).toList();
    List<List<Double>> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      rounds.add(sizes.stream().map(sessions -> milliseconds(figure, sessions)).toList());
    }
    System.out.println(
        smallest(rounds).stream().map(String::valueOf).collect(Collectors.joining(" ")));
  }

  /**
   * The work's time. The heap is empty when it begins, so that the collector does not run
   * meanwhile.
   */
  private static double milliseconds(DoublingFigure figure, FreshSessions sessions) {
    sessions.start();
    System.gc();
    long start = System.nanoTime();
    var _ = figure.run(sessions);
    double milliseconds = (System.nanoTime() - start) / 1e6;
    sessions.close();
    return milliseconds;
  }

  private static List<Double> smallest(List<List<Double>> rounds) {
    List<Double> smallest = new ArrayList<>();
    for (int size = 0; size < rounds.getFirst().size(); size++) {
      int at = size;
      smallest.add(Samples.of(rounds.stream().map(round -> round.get(at)).toList()).minimum());
    }
    return smallest;
  }
}
