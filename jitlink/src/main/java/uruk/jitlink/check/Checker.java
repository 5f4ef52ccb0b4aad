package uruk.jitlink.check;

import java.util.List;

/** Evaluates rules against linked code. As thread-safe as its context. */
public final class Checker {

  private final Evaluator evaluator;

  /**
   * Checks what a context shows.
   *
   * @param context the linked code
   */
  public Checker(CheckContext context) {
    this.evaluator = new Evaluator(context);
  }

  /**
   * Evaluates one expression pair.
   *
   * @param rule such as {@code *{4}f + 1 = 0x2a}
   * @return whether it holds, and if not why
   */
  public CheckResult check(String rule) {
    return check(new CheckRule(rule.strip(), 1));
  }

  /**
   * Evaluates one rule.
   *
   * @param rule the rule
   * @return whether it holds, and if not why
   */
  public CheckResult check(CheckRule rule) {
    try {
      CheckParser.Sides sides = CheckParser.parseRule(rule.text());
      long left = evaluator.value(sides.left());
      long right = evaluator.value(sides.right());
      return left == right
          ? new CheckResult.Passed(rule)
          : new CheckResult.False(rule, left, right);
    } catch (CheckSyntaxException e) {
      return new CheckResult.Invalid(rule, "%s (column %d)".formatted(e.reason(), e.column()));
    } catch (CheckEvaluationException e) {
      return new CheckResult.Invalid(rule, e.reason());
    }
  }

  /**
   * Evaluates all rules, whether or not earlier ones hold.
   *
   * @param rules the rules; a file without any should be treated as failed by the caller, because
   *     it proves nothing
   * @return those that do not hold, in order
   */
  public List<CheckResult.Failure> failures(CheckRules rules) {
    return rules.rules().stream()
        .map(this::check)
        .filter(CheckResult.Failure.class::isInstance)
        .map(CheckResult.Failure.class::cast)
        .toList();
  }
}
