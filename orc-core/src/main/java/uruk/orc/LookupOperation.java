package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One look-up, from the first search to its completion. It first walks the search order and asks
 * generators for what is missing (generation), then in one critical section attaches itself to the
 * first visible match of each name (lodging), and is woken when the last symbol is far enough.
 * Guarded by the session lock, but for what is final.
 */
final class LookupOperation {
  private final ExecutionSession session;
  private final LookupRequest request;
  private final String thread = Thread.currentThread().getName();
  private final @Nullable LookupOperation maker;
  private final CompletableFuture<SymbolMap> future = new CompletableFuture<>();

  // Generation.
  private final CandidateSearch search;
  private @Nullable GeneratorSlot held;
  private LookupQueue.@Nullable Place place; // among those that wait for it
  private @Nullable GeneratorTurn turn;
  private @Nullable Set<LookupOperation> madeByGenerator;

  // Lodging.
  private final LookupMatches matches;
  private final List<Waiter> waiters = new ArrayList<>(0);
  private int outstanding;
  private volatile boolean done;

  /** The place among the session's look-ups, from the start on. */
  private LookupQueue.@Nullable Place underWay;

  /** The thread that starts the look-up, until its user has the future. */
  private volatile @Nullable Thread starter = Thread.currentThread();

  /** What generation has to do after the lock is released. */
  private enum Next {
    RUN_GENERATOR,
    WAIT,
    FINISHED
  }

  LookupOperation(ExecutionSession session, LookupRequest request) {
    this.session = session;
    this.request = request;
    LookupOperation generating = GeneratorTurn.runningOperation();
    maker = generating != null && generating.session == session ? generating : null;
    search = new CandidateSearch(request.order(), request.names());
    matches = new LookupMatches(session, request);
  }

  CompletableFuture<SymbolMap> future() {
    return future;
  }

  ExecutionSession session() {
    return session;
  }

  LookupRequest request() {
    return request;
  }

  SymbolState requiredState() {
    return request.requiredState();
  }

  /** {@return who asked: a unit or a thread} */
  String requester() {
    Definition unit = request.onBehalfOf();
    return unit != null ? unit.unitName() : "thread " + thread;
  }

  /** {@return the symbols that the look-up waits for} */
  List<SymbolEntry> pending() {
    List<SymbolEntry> pending = new ArrayList<>(waiters.size());
    for (Waiter waiter : waiters) {
      if (!waiter.entry.isAtLeast(requiredState())) {
        pending.add(waiter.entry);
      }
    }
    return pending;
  }

  /** {@return the generator that the look-up has or queues for, or null} */
  @Nullable GeneratorSlot heldGenerator() {
    return held;
  }

  /** {@return where a generator runs for this look-up, or null} */
  BlockedThreads.@Nullable Run generatorRun() {
    return turn == null ? null : turn.run();
  }

  /** {@return whether a unit, a generator or a blocked thread may wait for the look-up} */
  boolean mayBeWaitedFor() {
    return request.onBehalfOf() != null || maker != null || !session.blocked().isEmpty();
  }

  boolean isSuspended() {
    return turn != null && turn.isSuspended();
  }

  /** {@return the look-ups under way that a generator has made while it ran for this one} */
  Set<LookupOperation> madeByGenerator() {
    return madeByGenerator == null ? Set.of() : madeByGenerator;
  }

  private void isMade(LookupOperation made) {
    if (madeByGenerator == null) {
      madeByGenerator = new LinkedHashSet<>(2);
    }
    madeByGenerator.add(made);
  }

  private void madeHasEnded(LookupOperation made) {
    if (madeByGenerator != null) {
      madeByGenerator.remove(made);
    }
  }

  /** Starts the look-up on the calling thread. */
  void start() {
    run(outcome -> {
      if (session.isClosed()) {
        failLocked(outcome, new SessionClosedException());
        return Next.FINISHED;
      }
      underWay = session.lookups().begun(this);
      if (request.onBehalfOf() != null) {
        request.onBehalfOf().requestBegins(this);
      }
      if (maker != null) {
        maker.isMade(this);
      }
      return search(outcome);
    });
    starter = null;
    if (!future.isDone()) {
      var _ = future.whenComplete((result, failure) -> abandonIfUnfinished());
    }
  }

  /** Goes on with the search: its turn has come, or a generator has let it continue. */
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
    Next next = locked(step);
    while (next == Next.RUN_GENERATOR) {
      next = runGenerator();
    }
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
    } catch (Throwable failure) { // of a registrar, perhaps
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
        return acquire(slot, outcome);
      }
      releaseGenerator(outcome);
    }
    lodge(outcome);
    return Next.FINISHED;
  }

  private Next acquire(GeneratorSlot slot, Outcome outcome) {
    if (slot.isRemoved()) {
      throw new GeneratorRemovedException(slot.dylib());
    }
    held = slot;
    place = slot.acquire(this);
    if (place == null) {
      turn = session.lock().isHeldOnce() ? beginTurn(slot) : null;
      return Next.RUN_GENERATOR;
    }
    DeadlockCheck.failBlocked(this, outcome);
    DeadlockCheck.checkQueued(this);
    return Next.WAIT;
  }

  private GeneratorTurn beginTurn(GeneratorSlot slot) {
    return new GeneratorTurn(this, slot, search.current(), search.candidates());
  }

  /** Within another hold of the lock the generator has to wait for its end. */
  private Next runGenerator() {
    GeneratorTurn begun = turn; // which only this thread ends, since the generator has not returned
    if (begun == null) {
      Outcome later = new Outcome(session);
      later.resumed(this);
      later.deliver();
      return Next.WAIT;
    }
    Throwable failure = done ? null : begun.call(request.kind());
    return locked(outcome -> generatorReturned(outcome, begun, failure));
  }

  private Next generatorReturned(
      Outcome outcome, GeneratorTurn ended, @Nullable Throwable failure) {
    ended.returned(failure);
    if (ended.isSuspended()) {
      if (!done) {
        DeadlockCheck.failWaitsForGeneratorOf(this, outcome);
      }
      return Next.WAIT;
    }
    if (failure != null) {
      failLocked(outcome, failure);
    }
    generatorDone(outcome);
    return search(outcome);
  }

  /** A generator that had suspended the look-up lets it continue. */
  void suspensionEnded(Outcome outcome) {
    if (!done) {
      outcome.resumed(this);
    }
    generatorDone(outcome);
  }

  private void generatorDone(Outcome outcome) {
    search.generatorAsked();
    releaseGenerator(outcome);
  }

  private void releaseGenerator(Outcome outcome) {
    GeneratorSlot slot = held;
    if (slot != null && (turn == null || turn.isOver())) {
      held = null;
      turn = null;
      slot.release(this, place, outcome);
    }
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
    if (!register()) {
      return;
    }
    matches.forEachBelow(requiredState(), entry -> waitFor(entry, outcome));
    if (outstanding == 0) {
      completeLocked(outcome);
    } else {
      DeadlockCheck.failBlocked(this, outcome);
    }
  }

  /** Tells who wants to know where the symbols are. Returns whether the look-up still goes on. */
  private boolean register() {
    Definition asking = request.onBehalfOf();
    if (asking != null) {
      asking.hasFound(matches.entries());
    }
    DependenceRegistrar registrar = request.registrar();
    if (registrar != null) {
      registrar.registerDependencies(matches.byDylib());
      if (!done) {
        matches.checkAllThere();
      }
    }
    return !done;
  }

  private SymbolsNotFoundException notFound(List<String> missing) {
    return new SymbolsNotFoundException(
        List.copyOf(missing),
        requester(),
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
    if (underWay != null) { // else the session was closed before it began
      session.lookups().ended(underWay);
    }
    if (request.onBehalfOf() != null) {
      request.onBehalfOf().requestEnds(this);
    }
    if (maker != null) {
      maker.madeHasEnded(this);
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

  void failFuture(Supplier<Throwable> why) {
    Throwable failure;
    try {
      failure = why.get();
    } catch (Throwable unexplained) {
      failure = unexplained;
    }
    future.completeExceptionally(failure);
  }

  /** {@return whether the calling thread starts the look-up, and nobody has seen the future yet} */
  boolean isStartedHere() {
    return Thread.currentThread().equals(starter);
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
