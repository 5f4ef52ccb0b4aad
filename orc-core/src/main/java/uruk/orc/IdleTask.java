package uruk.orc;

/** Work to be done when nothing else wants a thread, such as linking ahead of need. */
public final class IdleTask extends Task {
  private final Runnable action;

  /**
   * Creates a task.
   *
   * @param description what it does, for people
   * @param action the work
   */
  public IdleTask(String description, Runnable action) {
    super(description);
    this.action = action;
  }

  @Override
  void execute() {
    action.run();
  }
}
