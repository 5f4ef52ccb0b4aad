package uruk.orc;

import org.jspecify.annotations.Nullable;

/** A piece of a session's work, handed to the {@link TaskDispatcher} that runs it once. */
public abstract sealed class Task implements Runnable
    permits MaterializationTask, LookupTask, NamedTask, IdleTask {
  private static final ThreadLocal<@Nullable Task> CURRENT = new ThreadLocal<>();

  private final String description;
  private volatile @Nullable ErrorReporter reporter;

  Task(String description) {
    this.description = description;
  }

  /** {@return what the task does, for people} */
  public final String description() {
    return description;
  }

  /** Tells the task where to report what it throws. */
  final Task reportingTo(ErrorReporter sink) {
    reporter = sink;
    return this;
  }

  /** Does the work on the calling thread. What it throws goes to the session's error reporter. */
  @Override
  public final void run() {
    Task outer = CURRENT.get();
    CURRENT.set(this);
    try {
      execute();
    } catch (Throwable failure) {
      report(failure);
    } finally {
      CURRENT.set(outer);
    }
  }

  private void report(Throwable failure) {
    ErrorReporter sink = reporter;
    if (sink == null) {
      throw new IllegalStateException(description + " was not dispatched by a session", failure);
    }
    sink.report(failure);
  }

  abstract void execute();

  /** {@return whether the calling thread is running a task} */
  static boolean isRunning() {
    return CURRENT.get() != null;
  }

  /** {@return the unit whose materialization the calling thread is running directly, or null} */
  static @Nullable Definition currentDefinition() {
    return CURRENT.get() instanceof MaterializationTask task ? task.definition() : null;
  }

  @Override
  public String toString() {
    return description;
  }
}
