package uruk.orc;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Waits for a look-up on the calling thread. */
final class BlockingWait {
  /** Nobody waits longer; what is longer need not fit into nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

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
      case FailedToMaterializeException failed -> failed.here();
      case RuntimeException thrown -> thrown;
      case Error thrown -> throw thrown;
      case null, default -> failure;
    };
  }

  private static void await(
      ExecutionSession session, LookupOperation operation, @Nullable Duration timeout) {
    long nanoseconds = nanoseconds(timeout);
    boolean inTask = Task.isRunning();
    boolean holdsOthersUp = inTask || GeneratorTurn.runningOperation() != null;
    if (holdsOthersUp) {
      block(session, operation);
    }
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
    } catch (RuntimeException | Error refusal) { // of a dispatcher
      operation.future().cancel(false);
      throw refusal;
    } finally {
      if (holdsOthersUp) {
        unblock(session);
      }
    }
    if (!operation.future().isDone()) {
      timedOut(session, operation, timeout);
    }
  }

  private static long nanoseconds(@Nullable Duration timeout) {
    if (timeout == null || timeout.compareTo(LONGEST) > 0) {
      return LONGEST.toNanos();
    }
    return timeout.isNegative() ? 0 : timeout.toNanos();
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
  private static void block(ExecutionSession session, LookupOperation operation) {
    Outcome.locked(
        session,
        outcome -> {
          session.blocked().push(Thread.currentThread(), operation);
          DeadlockCheck.failIfDeadlocked(operation, outcome);
        });
  }

  private static void unblock(ExecutionSession session) {
    boolean _ =
        session.locked(() -> {
          session.blocked().pop(Thread.currentThread());
          return true;
        });
  }
}
