package uruk.orc;

/**
 * Goes on with a look-up: after a generator, or to complete it. Must never queue behind
 * materializations.
 */
public final class LookupTask extends Task {
  private final Runnable continuation;

  LookupTask(String description, Runnable continuation) {
    super(description);
    this.continuation = continuation;
  }

  @Override
  void execute() {
    continuation.run();
  }
}
