package uruk.bench.compare;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collection;

/** One figure in each round of a measurement, smallest first. */
public final class Samples {
  private final double[] sorted;

  private Samples(double[] sorted) {
    this.sorted = sorted;
  }

  /** {@return the figures of some rounds, at least one} */
  public static Samples of(Collection<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no rounds");
    }
    return new Samples(figures.stream().mapToDouble(Double::doubleValue).sorted().toArray());
  }

  /** {@return the middle one} */
  public double median() {
    return sorted[sorted.length / 2];
  }

  /** {@return the smallest} */
  public double minimum() {
    return sorted[0];
  }

  /** {@return the ratio of the medians of two measurements} */
  public double ratioTo(Samples others) {
    return median() / others.median();
  }

  /** {@return the ratio of the smallest of two measurements} */
  public double ratioOfLeastTo(Samples others) {
    return minimum() / others.minimum();
  }

  /** {@return the figures multiplied with a number} */
  public Samples times(double factor) {
    return new Samples(Arrays.stream(sorted).map(figure -> figure * factor).toArray());
  }

  /** {@return the median, and the smallest in brackets} */
  @Override
  public String toString() {
    return "%s (%s)".formatted(text(median()), text(minimum()));
  }

  /** {@return a figure with three significant digits} */
  public static String text(double figure) {
    return new BigDecimal(figure).round(new MathContext(3)).toPlainString();
  }
}
