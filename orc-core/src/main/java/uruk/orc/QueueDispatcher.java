package uruk.orc;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks from queues of its own on threads of an executor: a dispatch asks the executor for one
 * thread, which runs what may run until nothing may.
 *
 * <p>Work that is one piece after the other stays on its thread: to hand a piece over takes longer
 * than most of them. Therefore a thread that runs out of work stays for a moment, and while one
 * does, tasks that a task dispatches wake nobody. They are for the thread that dispatches them, or
 * for the other one if they are still there when it looks.
 */
final class QueueDispatcher implements TaskDispatcher {
  /** How long a thread without work waits before it looks for some. */
  private static final long PATIENCE = TimeUnit.MICROSECONDS.toNanos(50);

  /** How often it looks before it goes back to the executor. */
  private static final int LOOKS = 10;

  private final Executor executor;
  private final int maxMaterializations;
  private final boolean helps;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition wanted = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<Task> urgent = new ArrayDeque<>();
  private final ArrayDeque<Task> materializations = new ArrayDeque<>();
  private final ArrayDeque<Task> idle = new ArrayDeque<>();
  private int runningMaterializations;
  private int unfinished;
  private final IdentityHashMap<Thread, Integer> workers =
      new IdentityHashMap<>(); // tasks under way on each
  private @Nullable Thread standby; // waits for work, and is not wanted yet

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
    if (enqueue(task)) {
      startWorker();
    }
  }

  /** Returns whether a thread must be asked for. */
  private boolean enqueue(Task task) {
    lock.lock();
    try {
      queueOf(task).addLast(task);
      unfinished++;
      changed.signalAll();
      if (standby == null) {
        return true;
      }
      if (!workers.containsKey(Thread.currentThread())) {
        standby = null;
        wanted.signal();
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void startWorker() {
    Thread starter = Thread.currentThread();
    try {
      executor.execute(() -> work(starter));
    } catch (RejectedExecutionException shutDown) {
      work(starter);
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

  private static @Nullable Integer sumOrNothing(int count, int change) {
    return count + change == 0 ? null : count + change;
  }

  /**
   * Runs what there is. The thread that asked for this has other things to do afterwards. One that
   * is running a task already, on behalf of an executor without threads of its own, finds it when
   * that task is done.
   */
  private void work(Thread starter) {
    if (runsTasks()) {
      return;
    }
    boolean mayStay = !Thread.currentThread().equals(starter);
    do {
      for (Task task = take(); task != null; task = take()) {
        runTaken(task);
      }
    } while (mayStay && standBy());
  }

  private boolean runsTasks() {
    lock.lock();
    try {
      return workers.containsKey(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a moment while others run tasks; returns whether there is work. */
  private boolean standBy() {
    int found;
    lock.lock();
    try {
      if (standby != null || workers.isEmpty()) {
        return false;
      }
      standby = Thread.currentThread();
      found = awaitWork();
      if (standsBy()) {
        standby = null;
      }
    } finally {
      lock.unlock();
    }
    // Nobody was asked for when these were dispatched.
    for (int more = 1; more < found; more++) {
      startWorker();
    }
    return found > 0;
  }

  /** Returns how many tasks there are for this thread and others. */
  private int awaitWork() {
    Task seen = null;
    for (int look = 0; look < LOOKS && !workers.isEmpty(); look++) {
      try {
        var _ = wanted.awaitNanos(PATIENCE);
      } catch (InterruptedException wantedElsewhere) {
        Thread.currentThread().interrupt();
        break;
      }
      Task next = next();
      if (!standsBy() || (next != null && next.equals(seen))) {
        return Math.max(1, queued());
      }
      seen = next;
    }
    return next() == null ? 0 : queued();
  }

  private boolean standsBy() {
    return Thread.currentThread().equals(standby);
  }

  private int queued() {
    return urgent.size() + materializations.size() + idle.size();
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
    Task task = next();
    if (task != null) {
      queueOf(task).removeFirst();
    }
    if (task instanceof MaterializationTask) {
      runningMaterializations++;
    }
    return task;
  }

  /** {@return the task that may run next} */
  private @Nullable Task next() {
    Task task = urgent.peekFirst();
    if (task == null && runningMaterializations < maxMaterializations) {
      task = materializations.peekFirst();
    }
    if (task == null && materializations.isEmpty()) {
      task = idle.peekFirst();
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
      var _ = workers.merge(Thread.currentThread(), 1, Integer::sum);
    } finally {
      lock.unlock();
    }
  }

  private void leave(Task task) {
    lock.lock();
    try {
      var _ = workers.merge(Thread.currentThread(), -1, QueueDispatcher::sumOrNothing);
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
    boolean inMaterialization = runsMaterializationOfOurs();
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

  /** The thread may be running a unit of another session, with a dispatcher of its own. */
  private boolean runsMaterializationOfOurs() {
    Definition running = Task.currentDefinition();
    return running != null && this.equals(running.dylib().session().dispatcher());
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
    while (othersAreUnfinished()) {
      Task task = takeOrWaitToClose();
      if (task != null) {
        runTaken(task);
      }
    }
  }

  private boolean othersAreUnfinished() {
    lock.lock();
    try {
      return unfinished > workers.getOrDefault(Thread.currentThread(), 0);
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private @Nullable Task takeOrWaitToClose() {
    lock.lock();
    try {
      Task task = takeLocked();
      if (task == null && unfinished > workers.getOrDefault(Thread.currentThread(), 0)) {
        changed.awaitUninterruptibly();
      }
      return task;
    } finally {
      lock.unlock();
    }
  }
}
