package uruk.orc;

/** Any other work. */
public final class NamedTask extends Task {
  private final Runnable action;

  /**
   * Creates a task.
   *
   * @param description what it does, for people
   * @param action the work
   */
  public NamedTask(String description, Runnable action) {
    super(description);
    this.action = action;
  }

  @Override
  void execute() {
    action.run();
  }
}
