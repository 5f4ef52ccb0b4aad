package uruk.orc;

import org.jspecify.annotations.Nullable;

/** A piece of a session's work, handed to the {@link TaskDispatcher} that runs it once. */
public abstract sealed class Task implements Runnable
    permits MaterializationTask, LookupTask, NamedTask, IdleTask {
  private static final ThreadLocal<@Nullable Task> CURRENT = new ThreadLocal<>();

  private final String description;

  Task(String description) {
    this.description = description;
  }

  /** {@return what the task does, for people} */
  public final String description() {
    return description;
  }

  /** Does the work on the calling thread. */
  @Override
  public final void run() {
    Task outer = CURRENT.get();
    CURRENT.set(this);
    try {
      execute();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
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
