package uruk.jitlink.check;

/** What became of one rule. */
public sealed interface CheckResult {

  /** {@return the rule} */
  CheckRule rule();

  /**
   * Both sides are equal.
   *
   * @param rule the rule
   */
  record Passed(CheckRule rule) implements CheckResult {}

  /** Anything but {@link Passed}. */
  sealed interface Failure extends CheckResult {

    /** {@return the line to print} */
    String message();
  }

  /**
   * The sides differ.
   *
   * @param rule the rule
   * @param left value of the left side
   * @param right value of the right side
   */
  record False(CheckRule rule, long left, long right) implements Failure {

    @Override
    public String message() {
      return "Expression '%s' is false: 0x%x != 0x%x".formatted(rule.text(), left, right);
    }
  }

  /**
   * A side has no value.
   *
   * @param rule the rule
   * @param reason why
   */
  record Invalid(CheckRule rule, String reason) implements Failure {

    @Override
    public String message() {
      return "Error evaluating expression '%s': %s".formatted(rule.text(), reason);
    }
  }
}
