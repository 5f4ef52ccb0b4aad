package uruk.orc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks from queues of its own on threads of an executor: each dispatch asks the executor for
 * one thread, which runs what may run until nothing may.
 */
final class QueueDispatcher implements TaskDispatcher {
  private final Executor executor;
  private final int maxMaterializations;
  private final boolean helps;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<Task> urgent = new ArrayDeque<>();
  private final ArrayDeque<Task> materializations = new ArrayDeque<>();
  private final ArrayDeque<Task> idle = new ArrayDeque<>();
  private int runningMaterializations;
  private int unfinished;
  private final List<Thread> workers = new ArrayList<>();

  /**
   * Creates a dispatcher.
   *
   * @param helps whether a waiting task runs others, because the executor may have no thread to
   *     spare
   */
  QueueDispatcher(Executor executor, int maxMaterializations, boolean helps) {
    if (maxMaterializations < 1) {
      throw new IllegalArgumentException(
          "At least one unit must be allowed to materialize: " + maxMaterializations);
    }
    this.executor = executor;
    this.maxMaterializations = maxMaterializations;
    this.helps = helps;
  }

  @Override
  public void dispatch(Task task) {
    lock.lock();
    try {
      queueOf(task).addLast(task);
      unfinished++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    startWorker();
  }

  private void startWorker() {
    try {
      executor.execute(this::work);
    } catch (RejectedExecutionException shutDown) {
      work();
    }
  }

  private ArrayDeque<Task> queueOf(Task task) {
    return switch (task) {
      case MaterializationTask materialization -> materializations;
      case IdleTask idleTask -> idle;
      case LookupTask lookup -> urgent;
      case NamedTask named -> urgent;
    };
  }

  private void work() {
    for (Task task = take(); task != null; task = take()) {
      runTaken(task);
    }
  }

  private @Nullable Task take() {
    lock.lock();
    try {
      return takeLocked();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Task takeLocked() {
    Task task = urgent.pollFirst();
    if (task == null && runningMaterializations < maxMaterializations) {
      task = materializations.pollFirst();
    }
    if (task == null && materializations.isEmpty()) {
      task = idle.pollFirst();
    }
    if (task instanceof MaterializationTask) {
      runningMaterializations++;
    }
    return task;
  }

  private void runTaken(Task task) {
    enter();
    try {
      task.run();
    } finally {
      leave(task);
    }
  }

  private void enter() {
    lock.lock();
    try {
      workers.add(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  private void leave(Task task) {
    lock.lock();
    try {
      workers.remove(Thread.currentThread());
      unfinished--;
      if (task instanceof MaterializationTask) {
        runningMaterializations--;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitInTask(CompletableFuture<?> done, long nanoseconds) throws InterruptedException {
    long deadline = System.nanoTime() + nanoseconds;
    boolean inMaterialization = Task.currentDefinition() != null;
    blocks(inMaterialization, -1);
    try {
      if (helps) {
        helpUntil(done, deadline);
      } else {
        InPlaceDispatcher.await(done, nanoseconds);
      }
    } finally {
      blocks(inMaterialization, 1);
    }
  }

  /** A unit that blocks does not count against the cap. */
  private void blocks(boolean inMaterialization, int change) {
    if (!inMaterialization) {
      return;
    }
    lock.lock();
    try {
      runningMaterializations += change;
    } finally {
      lock.unlock();
    }
    if (change < 0) {
      startWorker();
    }
  }

  private void helpUntil(CompletableFuture<?> done, long deadline) throws InterruptedException {
    var signal = done.whenComplete((result, failure) -> signalChange());
    while (!signal.isDone()) {
      Task task = takeOrWait(done, deadline);
      if (task != null) {
        runTaken(task);
      } else if (System.nanoTime() - deadline >= 0) {
        return;
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private @Nullable Task takeOrWait(CompletableFuture<?> done, long deadline)
      throws InterruptedException {
    lock.lock();
    try {
      Task task = done.isDone() ? null : takeLocked();
      if (task == null && !done.isDone()) {
        var _ = changed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return task;
    } finally {
      lock.unlock();
    }
  }

  private void signalChange() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs what is left, and waits for the others; a task that closes the session waits not for
   * itself.
   */
  @Override
  public void close() {
    work();
    lock.lock();
    try {
      Thread self = Thread.currentThread();
      while (unfinished > workers.stream().filter(self::equals).count()) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
