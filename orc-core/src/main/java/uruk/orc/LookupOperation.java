package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One look-up, from the first search to its completion. It first walks the search order and asks
 * generators for what is missing (generation), then in one critical section attaches itself to the
 * first visible match of each name (lodging), and is woken when the last symbol is far enough.
 * Guarded by the session lock, but for what is final.
 */
final class LookupOperation {
  private static final ThreadLocal<@Nullable LookupOperation> RUNNING_GENERATOR =
      new ThreadLocal<>();

  private final ExecutionSession session;
  private final LookupRequest request;
  private final String requester;
  private final @Nullable LookupOperation madeInGeneratorOf = RUNNING_GENERATOR.get();
  private final CompletableFuture<SymbolMap> future = new CompletableFuture<>();

  // Generation.
  private final CandidateSearch search;
  private @Nullable GeneratorSlot held;
  private @Nullable LookupState generatorState;
  private volatile BlockedThreads.@Nullable Run generatorRun;
  private Suspension suspension = Suspension.NONE;

  // Lodging.
  private final LookupMatches matches;
  private final List<Waiter> waiters = new ArrayList<>(0);
  private int outstanding;
  private volatile boolean done;
  private volatile boolean handedOut;

  /** How far a generator's suspension is. */
  private enum Suspension {
    /** The generator has not suspended the look-up. */
    NONE,
    /** The generator has suspended the look-up and has not returned. */
    WHILE_RUNNING,
    /** The generator has suspended the look-up, let it continue, and has not returned. */
    CONTINUED_WHILE_RUNNING,
    /** The generator has suspended the look-up and returned. */
    SUSPENDED
  }

  /** What generation has to do after the lock is released. */
  private enum Next {
    RUN_GENERATOR,
    WAIT,
    FINISHED
  }

  LookupOperation(ExecutionSession session, LookupRequest request) {
    this.session = session;
    this.request = request;
    this.requester =
        request.onBehalfOf() != null
            ? request.onBehalfOf().unitName()
            : "thread " + Thread.currentThread().getName();
    search = new CandidateSearch(request.order(), request.names());
    matches = new LookupMatches(session, request);
  }

  CompletableFuture<SymbolMap> future() {
    return future;
  }

  ExecutionSession session() {
    return session;
  }

  /** {@return the look-up whose generator runs on the calling thread, or null} */
  static @Nullable LookupOperation ofRunningGenerator() {
    return RUNNING_GENERATOR.get();
  }

  /** {@return the look-up whose generator has made this one, or null} */
  @Nullable LookupOperation madeInGeneratorOf() {
    return madeInGeneratorOf;
  }

  SymbolState requiredState() {
    return request.requiredState();
  }

  LookupRequest request() {
    return request;
  }

  /** {@return who asked: a unit or a thread} */
  String requester() {
    return requester;
  }

  /** {@return the symbols that the look-up waits for} */
  List<SymbolEntry> pending() {
    return waiters.stream()
        .map(waiter -> waiter.entry)
        .filter(entry -> !entry.isAtLeast(requiredState()))
        .toList();
  }

  /** {@return the generator that the look-up has or queues for, or null} */
  @Nullable GeneratorSlot heldGenerator() {
    return held;
  }

  /** {@return where a generator runs for this look-up, or null} */
  BlockedThreads.@Nullable Run generatorRun() {
    return generatorRun;
  }

  boolean isSuspended() {
    return suspension == Suspension.SUSPENDED;
  }

  /** Starts the look-up on the calling thread. */
  void start() {
    run(outcome -> {
      if (session.isClosed()) {
        failLocked(outcome, new SessionClosedException());
        return Next.FINISHED;
      }
      session.lookups().inFlight().add(this);
      if (request.onBehalfOf() != null) {
        request.onBehalfOf().requestBegins(this);
      }
      return search(outcome);
    });
    handedOut = true;
    if (!future.isDone()) {
      var _ = future.whenComplete((result, failure) -> abandonIfUnfinished());
    }
  }

  /** Goes on with a generator that has been handed to this look-up. */
  void resume() {
    run(this::search);
  }

  private interface LockedStep {
    Next run(Outcome outcome);
  }

  /**
   * Runs a step under the lock, then generators and further searches until the look-up waits or is
   * done.
   */
  private void run(LockedStep step) {
    for (Next next = locked(step); next == Next.RUN_GENERATOR; next = runGenerator()) {}
  }

  private Next locked(LockedStep step) {
    Outcome outcome = new Outcome(session);
    session.lock().lock();
    try {
      return step.run(outcome);
    } finally {
      session.lock().unlock();
      outcome.deliver();
    }
  }

  // Generation -----------------------------------------------------------------------------------

  private Next search(Outcome outcome) {
    try {
      return searchOrThrow(outcome);
    } catch (RuntimeException failure) {
      failLocked(outcome, failure);
      return Next.FINISHED;
    }
  }

  private Next searchOrThrow(Outcome outcome) {
    if (done) {
      return Next.FINISHED;
    }
    for (; !search.isFinished(); search.nextDylib()) {
      search.match(session, matches::found);
      GeneratorSlot slot = search.nextGenerator();
      if (slot != null) {
        if (slot.isRemoved()) {
          throw new GeneratorRemovedException(slot.dylib());
        }
        held = slot;
        return slot.acquire(this) ? Next.RUN_GENERATOR : Next.WAIT;
      }
      releaseGenerator(outcome);
    }
    lodge(outcome);
    return Next.FINISHED;
  }

  private Next runGenerator() {
    GeneratorSlot slot = held;
    if (slot == null) {
      throw new AssertionError("a generator runs for a look-up that has it");
    }
    SearchOrder.Entry place = search.current();
    LookupState state = new LookupState(this);
    Throwable failure = null;
    LookupOperation outer = RUNNING_GENERATOR.get();
    generatorRun = session.blocked().begin(session);
    RUNNING_GENERATOR.set(this);
    try {
      SymbolLookupSet missing = beginGenerator(state);
      slot.generator().tryToGenerate(state, request.kind(), place.dylib(), place.flags(), missing);
    } catch (Throwable thrown) {
      failure = thrown;
    } finally {
      RUNNING_GENERATOR.set(outer);
    }
    Throwable result = failure;
    return locked(outcome -> generatorReturned(outcome, result));
  }

  private SymbolLookupSet beginGenerator(LookupState state) {
    session.lock().lock();
    try {
      generatorState = state;
      suspension = Suspension.NONE;
      return search.candidates();
    } finally {
      session.lock().unlock();
    }
  }

  private Next generatorReturned(Outcome outcome, @Nullable Throwable failure) {
    generatorRun = null;
    if (done) {
      releaseGenerator(outcome);
      return Next.FINISHED;
    }
    if (failure != null) {
      failLocked(outcome, failure);
      return Next.FINISHED;
    }
    if (suspension == Suspension.WHILE_RUNNING) {
      suspension = Suspension.SUSPENDED;
      DeadlockCheck.failSelfWaits(this, outcome);
      return Next.WAIT;
    }
    return generatorDone(outcome);
  }

  private Next generatorDone(Outcome outcome) {
    suspension = Suspension.NONE;
    generatorState = null;
    search.generatorAsked();
    releaseGenerator(outcome);
    return search(outcome);
  }

  private void releaseGenerator(Outcome outcome) {
    GeneratorSlot slot = held;
    if (slot != null && generatorRun == null && suspension != Suspension.SUSPENDED) {
      held = null;
      slot.release(this, outcome);
    }
  }

  @SuppressWarnings("ReferenceEquality") // each run of a generator has a state of its own
  private boolean serves(LookupState state) {
    return generatorState == state;
  }

  private @Nullable Thread generatorThread() {
    BlockedThreads.Run run = generatorRun;
    return run == null ? null : run.thread();
  }

  /** See {@link LookupState#suspend()}. */
  void suspend(LookupState state) {
    session.lock().lock();
    try {
      if (!serves(state)
          || suspension != Suspension.NONE
          || !Thread.currentThread().equals(generatorThread())) {
        throw new IllegalStateException(
            "A look-up is suspended once, by the generator that serves it, before that returns");
      }
      suspension = Suspension.WHILE_RUNNING;
    } finally {
      session.lock().unlock();
    }
  }

  /** See {@link LookupState#continueLookup()}. */
  void continueAfterSuspension(LookupState state, @Nullable Throwable failure) {
    boolean resume = false;
    session.lock().lock();
    try {
      boolean suspended =
          suspension == Suspension.WHILE_RUNNING || suspension == Suspension.SUSPENDED;
      if (!serves(state) || !suspended) {
        throw new IllegalStateException(
            "A look-up continues once, after the generator has suspended it");
      }
      if (suspension == Suspension.SUSPENDED) {
        resume = true;
        suspension = Suspension.NONE;
      } else {
        suspension = Suspension.CONTINUED_WHILE_RUNNING;
      }
    } finally {
      session.lock().unlock();
    }
    if (failure != null) {
      Outcome.locked(session, outcome -> failLocked(outcome, failure));
    }
    if (resume) {
      session.dispatch(
          new LookupTask("Continue a suspended look-up", () -> run(this::afterSuspension)));
    }
  }

  private Next afterSuspension(Outcome outcome) {
    if (done) {
      releaseGenerator(outcome);
      return Next.FINISHED;
    }
    return generatorDone(outcome);
  }

  // Lodging --------------------------------------------------------------------------------------

  private void lodge(Outcome outcome) {
    matches.refresh();
    List<String> missing = matches.missingNames();
    if (!missing.isEmpty()) {
      finish(outcome);
      outcome.failed(this, () -> notFound(missing));
      return;
    }
    if (request.flagsOnly()) {
      completeLocked(outcome);
      return;
    }
    DependenceRegistrar registrar = request.registrar();
    if (registrar != null) {
      registrar.registerDependencies(matches.byDylib());
    }
    matches.forEachBelow(requiredState(), entry -> waitFor(entry, outcome));
    if (outstanding == 0) {
      completeLocked(outcome);
    } else if (request.onBehalfOf() != null && !session.blocked().isEmpty()) {
      DeadlockCheck.failBlocked(session, outcome);
    }
  }

  private SymbolsNotFoundException notFound(List<String> missing) {
    return new SymbolsNotFoundException(
        List.copyOf(missing),
        requester,
        request.order(),
        NearMisses.of(session, request.order(), missing));
  }

  private void waitFor(SymbolEntry entry, Outcome outcome) {
    Waiter waiter = new Waiter(this, entry);
    waiters.add(waiter);
    entry.addWaiter(waiter);
    outstanding++;
    Definition owner = entry.owner;
    if (owner != null && owner.isAttached()) {
      outcome.start(owner);
    }
  }

  // Completion -----------------------------------------------------------------------------------

  /** One of the symbols is far enough, and has dropped this look-up from its list. */
  void symbolReached(Outcome outcome) {
    if (--outstanding == 0) {
      completeLocked(outcome);
    }
  }

  private void completeLocked(Outcome outcome) {
    SymbolMap result = matches.result();
    finish(outcome);
    outcome.completed(this, result);
  }

  /** Fails the look-up, unless it is done. */
  void failLocked(Outcome outcome, Throwable why) {
    detach();
    if (!done) {
      finish(outcome);
      outcome.failed(this, () -> why);
    }
  }

  private void finish(Outcome outcome) {
    done = true;
    waiters.clear();
    releaseGenerator(outcome);
    session.lookups().inFlight().remove(this);
    if (request.onBehalfOf() != null) {
      request.onBehalfOf().requestEnds(this);
    }
  }

  private void detach() {
    for (Waiter waiter : waiters) {
      waiter.entry.removeWaiter(waiter);
    }
    waiters.clear();
  }

  void completeFuture(SymbolMap result) {
    future.complete(result);
  }

  void failFuture(Throwable why) {
    future.completeExceptionally(why);
  }

  /** {@return whether the user has the future, and perhaps continuations attached to it} */
  boolean isHandedOut() {
    return handedOut;
  }

  /**
   * The future has been completed or cancelled by its user: stops waiting and leaves nothing
   * behind.
   */
  private void abandonIfUnfinished() {
    if (done) {
      return;
    }
    Outcome.locked(
        session,
        outcome -> {
          if (!done) {
            detach();
            finish(outcome);
          }
        });
  }
}
