package uruk.jitlink.check;

/** A rule that cannot be parsed; {@link Checker} turns it into a result. */
final class CheckSyntaxException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int column;
  private final String reason;

  CheckSyntaxException(int column, String reason) {
    super(reason);
    this.column = column;
    this.reason = reason;
  }

  String reason() {
    return reason;
  }

  /** From 1, in the rule. */
  int column() {
    return column;
  }
}
