package uruk.tools.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * How long this process has been running, from {@code /proc} (proc(5)), to a hundredth of a second.
 * {@link ProcessHandle.Info#startInstant} is off by up to a second: it adds to the time of boot,
 * which the kernel tells in whole seconds.
 */
final class ProcessAge {

  // proc(5): field 22 of /proc/self/stat, "starttime", in clock ticks since boot; Linux has 100 a
  // second for programs.
  private static final int START_TIME = 22;
  private static final double TICKS_PER_MILLISECOND = 0.1;

  private ProcessAge() {}

  /** {@return the age in milliseconds, or nothing on a system without {@code /proc}} */
  static OptionalDouble milliseconds() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String uptime = Files.readString(Path.of("/proc/uptime"));
      // The second field is the command in parentheses and may hold blanks: count from its end.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double start = Long.parseLong(fields[START_TIME - 3]) / TICKS_PER_MILLISECOND;
      double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000;
      return OptionalDouble.of(now - start);
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }
}
