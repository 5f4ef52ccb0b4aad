package uruk.orc;

/** Runs each task at once, on the thread that dispatches it. */
class AtOnceDispatcher implements TaskDispatcher {
  @Override
  public void dispatch(Task task) {
    task.run();
  }

  @Override
  public void close() {}
}
