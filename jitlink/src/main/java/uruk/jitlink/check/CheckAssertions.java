package uruk.jitlink.check;

import java.util.List;
import java.util.stream.Collectors;

/** Checks for unit tests: whatever does not hold becomes an {@link AssertionError}. */
public final class CheckAssertions {

  private CheckAssertions() {}

  /**
   * Requires one rule to hold.
   *
   * @param context the linked code
   * @param rule such as {@code *{8}got_addr(a.o, f) = f}
   * @throws AssertionError if it does not hold
   */
  public static void assertCheck(CheckContext context, String rule) {
    report(new Checker(context).failures(new CheckRules(List.of(new CheckRule(rule, 1)))));
  }

  /**
   * Requires all rules of a text to hold.
   *
   * @param context the linked code
   * @param text an assembly file with {@code # jitlink-check:} lines
   * @throws AssertionError with every rule that does not hold, or if there is no rule
   */
  public static void assertChecks(CheckContext context, String text) {
    CheckRules rules = CheckRules.of(text);
    if (rules.rules().isEmpty()) {
      throw new AssertionError(
          "No rule found. A rule is a line that starts with \"# %s:\"."
              .formatted(CheckRules.DEFAULT_NAME));
    }
    report(new Checker(context).failures(rules));
  }

  private static void report(List<CheckResult.Failure> failures) {
    if (!failures.isEmpty()) {
      throw new AssertionError(
          failures.stream()
              .map(failure -> "line %d: %s".formatted(failure.rule().line(), failure.message()))
              .collect(Collectors.joining("\n")));
    }
  }
}
