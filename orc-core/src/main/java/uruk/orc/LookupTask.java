package uruk.orc;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with a look-up: after a generator, or to complete it. Must never queue behind
 * materializations. Running it again does nothing.
 */
public final class LookupTask extends Task {
  private final AtomicReference<@Nullable Runnable> continuation;

  LookupTask(String description, Runnable continuation) {
    super(description);
    this.continuation = new AtomicReference<>(continuation);
  }

  @Override
  void execute() {
    Runnable once = continuation.getAndSet(null);
    if (once != null) {
      once.run();
    }
  }
}
