package uruk.orc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Decides on which thread a session's tasks run. Caps apply to {@link MaterializationTask}s only;
 * the other kinds never queue behind them.
 */
public interface TaskDispatcher extends AutoCloseable {
  /**
   * Runs the task, now or later, on this or another thread. Called outside the session lock. If
   * this throws, the task counts as refused: a unit fails, with what was thrown as the cause, and a
   * look-up goes on where it is.
   */
  void dispatch(Task task);

  /**
   * Waits, on a thread that is running a task of this or another session, until a look-up is done
   * or the time is up; other tasks must go on meanwhile, if need be on the calling thread. The
   * default refuses: then tasks must use asynchronous look-ups.
   *
   * @param done the look-up; its outcome does not matter here
   * @param nanoseconds how long to wait at most
   * @throws InterruptedException if the thread is interrupted meanwhile
   * @throws LookupDeadlockException if tasks of this dispatcher must not block
   */
  default void awaitInTask(CompletableFuture<?> done, long nanoseconds)
      throws InterruptedException {
    throw new LookupDeadlockException("the tasks of this dispatcher must not block");
  }

  /**
   * Waits for the tasks dispatched so far, but for the one that is calling. Called once, when the
   * session is closed.
   */
  @Override
  void close();

  /**
   * {@return a dispatcher that runs tasks on the thread that causes them, one after another}
   *
   * <p>A task that causes others does not recurse into them: they run after it. A blocking look-up
   * in a task runs the tasks that it waits for, newest first.
   */
  static TaskDispatcher inPlace() {
    return new InPlaceDispatcher();
  }

  /** {@return a dispatcher that runs each task on a virtual thread} */
  static TaskDispatcher virtualThreads() {
    return virtualThreads(Integer.MAX_VALUE);
  }

  /**
   * {@return a dispatcher that runs each task on a virtual thread}
   *
   * @param maxMaterializations how many units may materialize at a time; one that blocks in a
   *     look-up does not count
   */
  static TaskDispatcher virtualThreads(int maxMaterializations) {
    return new QueueDispatcher(Thread::startVirtualThread, maxMaterializations, false);
  }

  /**
   * {@return a dispatcher that runs tasks on the given executor, which stays the caller's to close}
   */
  static TaskDispatcher of(Executor executor) {
    return of(executor, Integer.MAX_VALUE);
  }

  /**
   * {@return a dispatcher that runs tasks on the given executor, which stays the caller's to close}
   *
   * <p>A blocking look-up in a task runs other tasks meanwhile, so that one thread is enough.
   *
   * @param maxMaterializations how many units may materialize at a time
   */
  static TaskDispatcher of(Executor executor, int maxMaterializations) {
    return new QueueDispatcher(executor, maxMaterializations, true);
  }
}
