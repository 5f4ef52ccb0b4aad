package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Runs one task at a time, when the test says so, in an order drawn from a seed; tasks must not
 * block.
 */
final class OneTaskDispatcher implements TaskDispatcher {
  private final List<Task> waiting = new ArrayList<>();
  private final Random random;
  private boolean running;

  OneTaskDispatcher(long seed) {
    random = new Random(seed);
  }

  @Override
  public void dispatch(Task task) {
    waiting.add(task);
  }

  /** Runs tasks until none is left. */
  void drain() {
    while (!waiting.isEmpty()) {
      Task task = waiting.remove(random.nextInt(waiting.size()));
      if (running) {
        throw new AssertionError("a second task at the same time");
      }
      running = true;
      task.run();
      running = false;
    }
  }

  /** Runs what is left; a task that closes the session leaves that to the one who drains. */
  @Override
  public void close() {
    if (!running) {
      drain();
    }
  }
}
