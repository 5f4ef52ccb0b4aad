package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * A generator's run for one look-up, and the suspension that may follow. The generator is busy from
 * the beginning of the run until the look-up may continue, even if that has ended meanwhile: what
 * the generator has begun goes on. Guarded by the session lock, but for what is final.
 */
final class GeneratorTurn {
  private static final ThreadLocal<@Nullable LookupOperation> RUNNING = new ThreadLocal<>();

  private final LookupOperation operation;
  private final GeneratorSlot slot;
  private final SearchOrder.Entry place;
  private final SymbolLookupSet missing;
  private Stage stage = Stage.RUNS;
  private BlockedThreads.@Nullable Run run;

  private enum Stage {
    /** The generator has not returned. */
    RUNS,
    /** The generator has suspended the look-up and has not returned. */
    RUNS_SUSPENDED,
    /** The generator has suspended the look-up, let it continue, and has not returned. */
    RUNS_CONTINUED,
    /** The generator has suspended the look-up and returned. */
    SUSPENDED,
    /** The generator is free for others. */
    OVER
  }

  /**
   * A turn that begins on the calling thread. Called under the session lock.
   *
   * @param place the generator's dylib in the search order
   * @param missing the names that it is asked for
   */
  GeneratorTurn(
      LookupOperation operation,
      GeneratorSlot slot,
      SearchOrder.Entry place,
      SymbolLookupSet missing) {
    this.operation = operation;
    this.slot = slot;
    this.place = place;
    this.missing = missing;
    this.run = operation.session().blocked().begin(operation.session());
  }

  /** {@return the look-up whose generator runs on the calling thread, or null} */
  static @Nullable LookupOperation runningOperation() {
    return RUNNING.get();
  }

  /** {@return on which thread the generator runs, or null if it has returned} */
  BlockedThreads.@Nullable Run run() {
    return run;
  }

  boolean isSuspended() {
    return stage == Stage.SUSPENDED;
  }

  boolean isOver() {
    return stage == Stage.OVER;
  }

  /** Calls the generator, outside the lock. Returns what it throws. */
  @Nullable Throwable call(LookupKind kind) {
    LookupOperation outer = RUNNING.get();
    RUNNING.set(operation);
    try {
      slot.generator()
          .tryToGenerate(new LookupState(this), kind, place.dylib(), place.flags(), missing);
      return null;
    } catch (Throwable thrown) {
      return thrown;
    } finally {
      RUNNING.set(outer);
    }
  }

  /** The generator has returned. Called under the lock. */
  void returned(@Nullable Throwable failure) {
    run = null;
    stage = stage == Stage.RUNS_SUSPENDED && failure == null ? Stage.SUSPENDED : Stage.OVER;
  }

  /** See {@link LookupState#suspend()}. */
  void suspend() {
    session().lock().lock();
    try {
      if (stage != Stage.RUNS || run == null || !run.thread().equals(Thread.currentThread())) {
        throw new IllegalStateException(
            "A look-up is suspended once, by the generator that serves it, before that returns");
      }
      stage = Stage.RUNS_SUSPENDED;
    } finally {
      session().lock().unlock();
    }
  }

  /** See {@link LookupState#continueLookup()}. */
  void continueLookup(@Nullable Throwable failure) {
    Outcome.locked(
        session(),
        outcome -> {
          if (!mayContinue()) {
            throw new IllegalStateException(
                "A look-up continues once, after the generator has suspended it");
          }
          end(failure, outcome);
        });
  }

  /** Nobody can let the look-up continue any more. */
  void dropped() {
    Outcome.locked(
        session(),
        outcome -> {
          if (mayContinue()) {
            end(new SuspensionDroppedException(slot.dylib()), outcome);
          }
        });
  }

  private boolean mayContinue() {
    return stage == Stage.RUNS_SUSPENDED || stage == Stage.SUSPENDED;
  }

  private void end(@Nullable Throwable failure, Outcome outcome) {
    boolean hasReturned = stage == Stage.SUSPENDED;
    stage = hasReturned ? Stage.OVER : Stage.RUNS_CONTINUED;
    if (failure != null) {
      operation.failLocked(outcome, failure);
    }
    if (hasReturned) {
      operation.suspensionEnded(outcome);
    }
  }

  private ExecutionSession session() {
    return operation.session();
  }
}
