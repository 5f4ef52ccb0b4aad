package uruk.tools.jitlink;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** How long the phases of the command took, in wall-clock time. */
final class PhaseTimes {
  private static final String RULE = "===" + "-".repeat(73) + "===\n";

  private final Map<String, Long> nanoseconds = new LinkedHashMap<>();

  /** Runs a phase. */
  <T> T measure(String phase, Supplier<T> action) {
    long begin = System.nanoTime();
    try {
      return action.get();
    } finally {
      nanoseconds.merge(phase, System.nanoTime() - begin, Long::sum);
    }
  }

  /** {@return the table for {@code -show-times}} */
  String table() {
    long total = nanoseconds.values().stream().mapToLong(Long::longValue).sum();
    StringBuilder text = new StringBuilder(RULE);
    text.append(" ".repeat(25)).append("timers for uruk jitlink phases\n").append(RULE);
    text.append("  Total Execution Time: %.4f seconds\n\n".formatted(total / 1e9));
    text.append("   ---Wall Time---  --- Name ---\n");
    nanoseconds.forEach((phase, time) -> append(phase, time, total, text));
    append("Total", total, total, text);
    return text.append('\n').toString();
  }

  private static void append(String name, long time, long total, StringBuilder text) {
    double percent = total == 0 ? 100 : 100.0 * time / total;
    text.append("   %.4f (%5.1f%%)  %s\n".formatted(time / 1e9, percent, name));
  }
}
