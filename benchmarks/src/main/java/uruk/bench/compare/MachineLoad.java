package uruk.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How busy the machine is. */
public final class MachineLoad {
  private static final double HIGHEST = 2;

  private MachineLoad() {}

  /** {@return the processes that ran or waited to run, on average over the last minute} */
  public static double now() {
    try {
      return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Ends the program if others keep the machine busy, unless {@code --any-load} is among the
   * arguments, which is taken out of them. To be called first: a measurement is load itself.
   */
  public static void check(List<String> arguments) {
    double load = now();
    if (!arguments.remove("--any-load") && load > HIGHEST) {
      System.err.printf("no figures: the machine's load is %.1f (--any-load measures)%n", load);
      System.exit(1);
    }
  }
}
