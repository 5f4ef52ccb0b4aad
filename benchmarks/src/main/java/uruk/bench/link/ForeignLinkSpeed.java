package uruk.bench.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import uruk.bench.compare.JmhRun;
import uruk.bench.compare.MachineLoad;
import uruk.bench.compare.Samples;

/**
 * Prints how long {@link ForeignLink} takes for machines that are not this one, beside x86-64.
 * {@code --any-load} measures although the machine is busy.
 */
public final class ForeignLinkSpeed {
  private static final String UNIT = "x86_64-linux-gnu";
  private static final double GOAL = 1.3;

  private ForeignLinkSpeed() {}

  /** Runs the comparison. */
  public static void main(String[] arguments) {
    MachineLoad.check(new ArrayList<>(List.of(arguments)));
    System.out.println(
        """
        SQLite, linked at a pretended address; median of %d rounds, the smallest in brackets, in ms.

        | machine | Uruk | ratio | of least | goal |
        |---|---|---|---|---|\
        """
            .formatted(JmhRun.ROUNDS));
    Samples unit = measure(UNIT);
    print(UNIT, unit, unit);
    for (String triple : List.of("i686-linux-gnu", "aarch64-linux-gnu")) {
      print(triple, measure(triple), unit);
    }
  }

  private static Samples measure(String triple) {
    return new JmhRun(ForeignLink.class, "link").with("triple", triple).run().time();
  }

  private static void print(String triple, Samples time, Samples unit) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.2f | %.2f | %.1f |%n",
        triple,
        time,
        time.ratioTo(unit),
        time.ratioOfLeastTo(unit),
        GOAL);
  }
}
