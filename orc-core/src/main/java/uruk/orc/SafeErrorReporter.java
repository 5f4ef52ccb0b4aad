package uruk.orc;

/**
 * Keeps what a user's error reporter throws from the session, which has others to notify: it goes
 * to standard error, with the error that was to be reported.
 */
final class SafeErrorReporter implements ErrorReporter {
  private final ErrorReporter reporter;

  SafeErrorReporter(ErrorReporter reporter) {
    this.reporter = reporter;
  }

  @Override
  public void report(Throwable error) {
    try {
      reporter.report(error);
    } catch (Throwable failure) {
      print(error);
      print(new IllegalStateException("The error reporter failed", failure));
    }
  }

  private static void print(Throwable error) {
    try {
      ErrorReporter.toStandardError().report(error);
    } catch (Throwable unspeakable) {
      // There is nowhere left to say so.
    }
  }
}
