package uruk.tools.jitlink;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import uruk.orc.ErrorReporter;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.UnsatisfiedSymbolDependenciesException;

/**
 * Messages on stderr. Scripts match them, so they begin as those of {@code llvm-jitlink} do: errors
 * of a link with {@code llvm-jitlink error: }, all others with {@code llvm-jitlink: }. Safe for use
 * by several threads.
 */
final class Diagnostics implements ErrorReporter {
  private final String program;
  private final PrintStream err;
  private final List<Throwable> reported = new ArrayList<>(); // guarded by itself

  /**
   * @param program what messages begin with
   * @param err where they go
   */
  Diagnostics(String program, PrintStream err) {
    this.program = program;
    this.err = err;
  }

  void warn(String message) {
    err.println(message);
  }

  /** What is wrong with the command line or its inputs. */
  void refuse(String message) {
    err.printf("%s: %s%n", program, message.strip());
  }

  @Override
  public void report(Throwable error) {
    synchronized (reported) {
      reported.add(error);
    }
  }

  /**
   * Prints why a link failed: each first cause once, in the order in which they happened.
   *
   * @param failure what the look-up of the entry failed with
   * @param all whether to print also what only follows from other errors
   */
  void failed(Throwable failure, boolean all) {
    List<Throwable> errors;
    synchronized (reported) {
      errors = new ArrayList<>(reported);
    }
    errors.add(failure);
    Set<String> messages = new LinkedHashSet<>();
    errors.forEach(error -> messages.add(message(firstCause(error))));
    if (all) {
      errors.forEach(error -> messages.add(message(error)));
    }
    messages.forEach(message -> err.printf("%s error: %s%n", program, message));
  }

  /** An error that only tells of another one. */
  private static Throwable firstCause(Throwable error) {
    Throwable first = error;
    while (first.getCause() != null && followsFromCause(first)) {
      first = first.getCause();
    }
    return first;
  }

  private static boolean followsFromCause(Throwable error) {
    return error instanceof FailedToMaterializeException
        || error instanceof UnsatisfiedSymbolDependenciesException
        || error instanceof CompletionException;
  }

  private static String message(Throwable error) {
    String message = error.getMessage();
    return message == null ? error.toString() : message.strip();
  }
}
