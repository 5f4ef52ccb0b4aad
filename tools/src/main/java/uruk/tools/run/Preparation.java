package uruk.tools.run;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.ExecutionError;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import uruk.jit.Jit;
import uruk.jitlink.host.FirstNativeCalls;
import uruk.materialization.platform.Guard;

/**
 * What each run needs of its process, made while files are read and linked. One thread makes it in
 * the order in which it is needed: the session before the first link, the guard before the program
 * runs. With a thread for each they would keep the processor from the one that is waited for.
 */
final class Preparation {
  private final Executor thread = helper("uruk-prepare");
  private final Future<Object> nativeCalls = begun(Executors.callable(FirstNativeCalls::make));

  /** An executor with one thread, which does not keep the process. */
  static Executor helper(String name) {
    return new ThreadPoolExecutor(
        0,
        1,
        1,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        work -> Thread.ofPlatform().name(name).daemon().unstarted(work));
  }

  /** Begins to make a session, and what the program needs then. */
  Session begin(Callable<Jit> session) {
    return new Session(begun(session), begun(Executors.callable(Guard::install)));
  }

  private <T> Future<T> begun(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    thread.execute(task);
    return task;
  }

  private static <T> T result(Future<T> task) {
    try {
      return Futures.getUnchecked(task);
    } catch (UncheckedExecutionException | ExecutionError e) {
      Throwables.throwIfUnchecked(Objects.requireNonNull(e.getCause()));
      throw e;
    }
  }

  /** A session that is being made. */
  final class Session {
    private final Future<Jit> session;
    private final Future<Object> guard;

    private Session(Future<Jit> session, Future<Object> guard) {
      this.session = session;
      this.guard = guard;
    }

    /** Waits for the session. */
    Jit get() {
      return result(session);
    }

    /** Waits until a program can run. What failed first knows why; others would not. */
    void awaitAll() {
      var _ = result(nativeCalls);
      var _ = result(guard);
    }
  }
}
