package uruk.orc;

/** The sink for errors of a session, among them those for which nobody is waiting. */
@FunctionalInterface
public interface ErrorReporter {
  /**
   * Takes notice of an error. Called outside the session lock, from any thread. If it throws, both
   * errors go to standard error.
   *
   * @param error what happened; its cause is the first thing that went wrong
   */
  void report(Throwable error);

  /** {@return a reporter that prints to standard error with a session prefix} */
  static ErrorReporter toStandardError() {
    return error -> {
      StringBuilder text = new StringBuilder("JIT session error: ").append(error.getMessage());
      for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
        text.append("\n  caused by: ").append(cause);
      }
      System.err.println(text);
    };
  }
}
