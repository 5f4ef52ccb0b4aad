package uruk.orc;

import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs tasks on the dispatching thread, from a queue that its outermost dispatch drains. */
final class InPlaceDispatcher implements TaskDispatcher {
  @SuppressWarnings("ThreadLocalUsage") // each dispatcher has queues of its own
  private final ThreadLocal<@Nullable Queue> queues = new ThreadLocal<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private int busyThreads; // guarded by lock

  /** What one thread has to do; confined to it. */
  private static final class Queue {
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    private final ArrayDeque<Task> idle = new ArrayDeque<>();

    private void add(Task task) {
      (task instanceof IdleTask ? idle : tasks).addLast(task);
    }

    private @Nullable Task next() {
      Task task = tasks.pollFirst();
      return task == null ? idle.pollFirst() : task;
    }
  }

  @Override
  public void dispatch(Task task) {
    Queue queue = queues.get();
    if (queue != null) {
      queue.add(task);
      return;
    }
    queue = new Queue();
    queues.set(queue);
    countBusy(1);
    try {
      for (Task next = task; next != null; next = queue.next()) {
        next.run();
      }
    } finally {
      queues.remove();
      countBusy(-1);
    }
  }

  private void countBusy(int change) {
    lock.lock();
    try {
      busyThreads += change;
      if (change < 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Prefers the tasks that this wait has caused, which are the newest: running an older one could
   * put it on top of a unit that it needs.
   */
  @Override
  public void awaitInTask(CompletableFuture<?> done, long nanoseconds) throws InterruptedException {
    long begin = System.nanoTime();
    Queue queue = queues.get();
    while (queue != null && !done.isDone() && System.nanoTime() - begin < nanoseconds) {
      Task task = queue.tasks.pollLast();
      if (task == null) {
        break;
      }
      task.run();
    }
    await(done, nanoseconds - (System.nanoTime() - begin));
  }

  /** Waits for the threads that run tasks, but for the calling one. */
  @Override
  public void close() {
    lock.lock();
    try {
      int own = queues.get() == null ? 0 : 1;
      while (busyThreads > own) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the future, whatever its outcome, or until the time is up. */
  static void await(CompletableFuture<?> done, long nanoseconds) throws InterruptedException {
    try {
      var _ = done.get(nanoseconds, TimeUnit.NANOSECONDS);
    } catch (ExecutionException | CancellationException | TimeoutException outcome) {
      // The caller looks at the future itself.
    }
  }
}
