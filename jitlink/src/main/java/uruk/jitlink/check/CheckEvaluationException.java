package uruk.jitlink.check;

/** An expression that parses and has no value; {@link Checker} turns it into a result. */
final class CheckEvaluationException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  CheckEvaluationException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
