package uruk.materialization.platform;

import org.jspecify.annotations.Nullable;

/** Goes on after failures and throws the first in the end, with the others attached. */
final class FirstFailure {
  private @Nullable NativeException first;

  void run(Runnable step) {
    try {
      step.run();
    } catch (NativeException failure) {
      if (first == null) {
        first = failure;
      } else {
        first.addSuppressed(failure);
      }
    }
  }

  void rethrow() {
    if (first != null) {
      throw first;
    }
  }
}
