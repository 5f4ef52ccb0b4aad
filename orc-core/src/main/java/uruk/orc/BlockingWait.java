package uruk.orc;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Waits for a look-up on the calling thread. */
final class BlockingWait {
  private BlockingWait() {}

  static SymbolMap result(
      ExecutionSession session, LookupOperation operation, @Nullable Duration timeout) {
    if (!operation.future().isDone()) {
      if (session.lock().isHeldByCurrentThread()) {
        operation.future().cancel(false);
        throw new IllegalStateException(
            "A blocking look-up inside the session lock would never return");
      }
      await(session, operation, timeout);
    }
    try {
      return operation.future().join();
    } catch (CompletionException failure) {
      throw unwrapped(failure);
    }
  }

  private static RuntimeException unwrapped(CompletionException failure) {
    return switch (failure.getCause()) {
      case RuntimeException thrown -> thrown;
      case Error thrown -> throw thrown;
      case null, default -> failure;
    };
  }

  private static void await(
      ExecutionSession session, LookupOperation operation, @Nullable Duration timeout) {
    long nanoseconds = timeout == null ? Long.MAX_VALUE / 2 : timeout.toNanos();
    boolean inTask = Task.isRunning();
    LookupOperation outer =
        inTask || LookupOperation.ofRunningGenerator() != null ? block(session, operation) : null;
    try {
      if (inTask) {
        session.dispatcher().awaitInTask(operation.future(), nanoseconds);
      } else {
        InPlaceDispatcher.await(operation.future(), nanoseconds);
      }
    } catch (InterruptedException interruption) {
      operation.future().cancel(false);
      Thread.currentThread().interrupt();
      throw new LookupInterruptedException(operation.request().names());
    } catch (LookupDeadlockException refusal) {
      operation.future().cancel(false);
      throw refusal;
    } finally {
      unblock(session, outer);
    }
    if (!operation.future().isDone()) {
      timedOut(session, operation, timeout);
    }
  }

  private static void timedOut(
      ExecutionSession session, LookupOperation operation, @Nullable Duration timeout) {
    String report = session.explainStalled();
    if (operation.future().cancel(false)) {
      throw new LookupTimeoutException(
          operation.request().names(), String.valueOf(timeout), report);
    }
  }

  /** Notes what this thread waits for, and fails the look-up if that can never happen. */
  private static @Nullable LookupOperation block(
      ExecutionSession session, LookupOperation operation) {
    LookupOperation[] outer = new LookupOperation[1];
    Outcome.locked(
        session,
        outcome -> {
          outer[0] = session.blocked().put(Thread.currentThread(), operation);
          DeadlockCheck.failIfDeadlocked(operation, Thread.currentThread(), outcome);
        });
    return outer[0];
  }

  private static void unblock(ExecutionSession session, @Nullable LookupOperation outer) {
    var _ =
        session.locked(() ->
            outer == null
                ? session.blocked().remove(Thread.currentThread())
                : session.blocked().put(Thread.currentThread(), outer));
  }
}
