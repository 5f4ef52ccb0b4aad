package uruk.jitlink.check;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules of a text.
 *
 * <p>A line that starts, after blanks, with {@code # jitlink-check:} holds one; if it ends with a
 * backslash, the next line of that kind goes on with it.
 *
 * @param rules in order
 */
public record CheckRules(List<CheckRule> rules) {

  /** The name of the lines unless another is asked for. */
  public static final String DEFAULT_NAME = "jitlink-check";

  /** Copies the list. */
  public CheckRules {
    rules = List.copyOf(rules);
  }

  /**
   * Finds the rules of the default name.
   *
   * @param text an assembly file, for example
   * @return its rules
   */
  public static CheckRules of(String text) {
    return of(text, DEFAULT_NAME);
  }

  /**
   * Finds the rules of a name, so that one file can hold the expectations of several links.
   *
   * @param text an assembly file, for example
   * @param checkName stands for {@code jitlink-check}
   * @return its rules
   */
  public static CheckRules of(String text, String checkName) {
    String prefix = "# " + checkName + ":";
    var rules = new ArrayList<CheckRule>();
    var pending = new StringBuilder();
    int start = 0;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String stripped = line.strip();
      if (!stripped.startsWith(prefix)) {
        flush(pending, start, rules);
        continue;
      }
      start = pending.isEmpty() ? number : start;
      String part = stripped.substring(prefix.length());
      boolean continued = part.endsWith("\\");
      pending.append(continued ? part.substring(0, part.length() - 1) : part);
      if (!continued) {
        flush(pending, start, rules);
      }
    }
    flush(pending, start, rules);
    return new CheckRules(rules);
  }

  private static void flush(StringBuilder pending, int start, List<CheckRule> rules) {
    if (!pending.isEmpty()) {
      rules.add(new CheckRule(pending.toString().strip(), start));
      pending.setLength(0);
    }
  }
}
