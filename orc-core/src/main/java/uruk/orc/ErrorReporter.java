package uruk.orc;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

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
      StringBuilder text =
          new StringBuilder("JIT session error: ").append(SymbolNames.message(error));
      Set<Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
      told.add(error);
      for (Throwable cause = error.getCause();
          cause != null && told.add(cause);
          cause = cause.getCause()) {
        String name = cause.getClass().getName();
        String message = SymbolNames.message(cause);
        text.append("\n  caused by: ").append(message.equals(name) ? name : name + ": " + message);
      }
      System.err.println(text);
    };
  }
}
