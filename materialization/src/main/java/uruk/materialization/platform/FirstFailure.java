package uruk.materialization.platform;

import org.jspecify.annotations.Nullable;

/**
 * Goes on after failures and throws the first in the end, with the others attached. What linked
 * code ends with may be anything: exceptions of call-backs into Java arrive as they are.
 */
final class FirstFailure {
  private @Nullable Throwable first;

  void run(Runnable step) {
    try {
      step.run();
    } catch (Throwable failure) {
      if (first == null) {
        first = failure;
      } else {
        first.addSuppressed(failure);
      }
    }
  }

  void rethrow() {
    if (first != null) {
      RaisedExceptions.throwAsIs(first);
    }
  }
}
