package uruk.orc;

import java.lang.foreign.SymbolLookup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A JIT session: dylibs, the look-ups that run across them, and the dispatcher, error reporter,
 * platform and resource managers that they share.
 *
 * <p>Safe for use by many threads; see the package's page for what runs inside the session lock. A
 * session must be closed: that removes its dylibs, the youngest first, and waits for its tasks.
 *
 * <p>Asynchronous look-ups answer by {@link CompletableFuture}s that complete exactly once, in a
 * task of the dispatcher and never inside the lock. Cancelling one withdraws the look-up. Blocking
 * look-ups throw the {@link OrcException} that the future would fail with (what a generator threw
 * comes as it is). Symbols that are ready are found without the lock.
 */
public final class ExecutionSession implements AutoCloseable {
  private final SessionLock lock = new SessionLock();
  private final TaskDispatcher dispatcher;
  private final ErrorReporter reporter;
  private final @Nullable Platform platform;
  private final boolean detectUnclosedTrackers;
  private final EventQueue events;
  private final List<ResourceManager> resourceManagers = new CopyOnWriteArrayList<>();
  private final NameFilters filters = new NameFilters();
  private final DylibList dylibs = new DylibList(this);
  private final Lookups lookups = new Lookups(this);
  private final DeferredOutcomes deferred = new DeferredOutcomes(lock);

  // Guarded by lock.
  private final BlockedThreads blocked = new BlockedThreads();
  private long steps;

  private ExecutionSession(Builder builder) {
    DroppedHandles.begin();
    dispatcher = builder.dispatcher;
    reporter = new SafeErrorReporter(builder.reporter);
    platform = builder.platform;
    detectUnclosedTrackers = builder.detectUnclosedTrackers;
    events = new EventQueue(lock, reporter);
  }

  /** {@return a session that runs tasks in place and prints errors to standard error} */
  public static ExecutionSession create() {
    return builder().build();
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** Chooses what a session is made of. */
  public static final class Builder {
    private TaskDispatcher dispatcher = TaskDispatcher.inPlace();
    private ErrorReporter reporter = ErrorReporter.toStandardError();
    private @Nullable Platform platform;
    private boolean detectUnclosedTrackers;

    private Builder() {}

    /** Runs tasks on the given dispatcher, which the session will close; in place by default. */
    public Builder dispatcher(TaskDispatcher chosen) {
      dispatcher = Objects.requireNonNull(chosen);
      return this;
    }

    /** Reports errors to the given sink; standard error by default. */
    public Builder errorReporter(ErrorReporter chosen) {
      reporter = Objects.requireNonNull(chosen);
      return this;
    }

    /** Prepares dylibs with the given platform; none by default. */
    public Builder platform(Platform chosen) {
      platform = Objects.requireNonNull(chosen);
      return this;
    }

    /**
     * Reports a tracker that becomes unreachable before it is closed, removed or transferred, with
     * the place where it was created. Off by default: it costs a stack trace per tracker. The code
     * stays.
     */
    public Builder detectUnclosedTrackers(boolean detect) {
      detectUnclosedTrackers = detect;
      return this;
    }

    /** {@return the session} */
    public ExecutionSession build() {
      return new ExecutionSession(this);
    }
  }

  // Dylibs ---------------------------------------------------------------------------------------

  /**
   * Creates a dylib and lets the platform, if there is one, prepare it.
   *
   * @param name a name that no open dylib of the session has
   * @throws IllegalArgumentException if the name is taken
   * @throws SessionClosedException if the session is closed
   * @throws IllegalStateException if there is a platform, and the session lock is held
   */
  public JITDylib createJITDylib(String name) {
    if (platform == null) {
      return createBareJITDylib(name);
    }
    lock.checkNotHeld("A platform sets dylibs up");
    JITDylib dylib = createBareJITDylib(name);
    try {
      platform.setupJITDylib(dylib);
    } catch (RuntimeException | Error failure) {
      undoCreation(dylib, failure);
      throw failure;
    }
    return dylib;
  }

  private void undoCreation(JITDylib dylib, Throwable failure) {
    try {
      Removal.removeDylibs(this, List.of(dylib));
    } catch (ResourceRemovalException further) {
      failure.addSuppressed(further);
    }
  }

  /**
   * Creates a dylib without involving the platform.
   *
   * @param name a name that no open dylib of the session has
   * @throws IllegalArgumentException if the name is taken
   * @throws SessionClosedException if the session is closed
   */
  public JITDylib createBareJITDylib(String name) {
    return dylibs.create(name);
  }

  /** {@return the open dylib of that name} */
  public Optional<JITDylib> findJITDylib(String name) {
    return dylibs.find(name);
  }

  /** {@return the open dylibs, in order of creation, without those aside of others} */
  public List<JITDylib> jitDylibs() {
    return dylibs.all();
  }

  /**
   * Removes dylibs in the given order: all stop accepting definitions, then each loses its trackers
   * and is torn down by the platform. No static destructors run. Dylibs that are removed already
   * are skipped; other dylibs may keep a removed one in their link orders, where it is empty.
   *
   * @throws IllegalArgumentException if one is of another session; none is removed then
   * @throws ResourceRemovalException if releasing resources failed; the dylibs are removed all the
   *     same
   * @throws IllegalStateException if the session lock is held
   */
  public void removeJITDylibs(List<JITDylib> removed) {
    Removal.removeDylibs(this, removed);
  }

  /**
   * Changes ready symbols while their users stay, all changes or none. Who looks a symbol up from
   * now on gets its new address; that the users' code finds it too is the caller's duty. What
   * depends on a symbol goes on depending on it, also if the symbol moves to another tracker.
   *
   * @throws IllegalArgumentException if a name is defined, or removed, twice, or belongs to another
   *     session
   * @throws DuplicateDefinitionException if a symbol to be defined belongs to another tracker
   * @throws SymbolsCouldNotBeRemovedException if a symbol is being materialized or has failed
   * @throws SymbolsNotFoundException if a symbol to be removed does not exist
   * @throws UnsatisfiedSymbolDependenciesException if a symbol would depend on one that is not
   *     ready
   * @throws ResourceTrackerDefunctException if a tracker has been removed
   */
  public void redefine(List<Redefinition> changes) {
    List<Redefinition> all = List.copyOf(changes);
    all.forEach(change -> checkOwn(change.tracker().dylib()));
    Outcome.locked(this, outcome -> Redefinition.apply(this, all, outcome));
  }

  // Look-ups -------------------------------------------------------------------------------------

  /**
   * Looks symbols up.
   *
   * @param kind what generators are told
   * @param order where to search; the first visible definition of each name counts
   * @param names what to find
   * @param required {@link SymbolState#RESOLVED} (addresses for relocations) or {@link
   *     SymbolState#READY} (symbols to use)
   * @return completes with the symbols that were found, without those that have side effects only;
   *     fails with an {@link OrcException}
   */
  public CompletableFuture<SymbolMap> lookup(
      LookupKind kind, SearchOrder order, SymbolLookupSet names, SymbolState required) {
    return lookup(kind, order, names, required, null);
  }

  /**
   * Looks symbols up and says where each was found. A linker that looks up on behalf of a unit uses
   * {@link MaterializationResponsibility#lookup}, so that errors and stall reports can name the
   * unit.
   *
   * @param registrar told once, inside the session lock, before any of the symbols can change; null
   *     for nobody
   */
  public CompletableFuture<SymbolMap> lookup(
      LookupKind kind,
      SearchOrder order,
      SymbolLookupSet names,
      SymbolState required,
      @Nullable DependenceRegistrar registrar) {
    return lookups.begin(kind, order, names, required, registrar);
  }

  /** Looks up one exported symbol of the dylib; see {@link #lookup(SearchOrder, String)}. */
  public ExecutorSymbolDef lookup(JITDylib dylib, String name) {
    checkOwn(dylib);
    ExecutorSymbolDef ready = ReadyLookup.find(dylib, name);
    return ready != null ? ready : lookup(SearchOrder.of(dylib), name);
  }

  /**
   * Looks up one symbol and waits until it is ready.
   *
   * @throws SymbolsNotFoundException if no dylib of the order defines it visibly
   * @throws FailedToMaterializeException if it cannot be produced; the cause says why
   * @throws LookupInterruptedException if the thread is interrupted meanwhile; the look-up is
   *     withdrawn and the thread's interrupted status set
   * @throws LookupDeadlockException if the look-up could never return
   */
  public ExecutorSymbolDef lookup(SearchOrder order, String name) {
    checkOwn(order);
    ExecutorSymbolDef ready = ReadyLookup.find(this, order, name);
    return ready != null ? ready : lookup(order, SymbolLookupSet.of(name)).get(name);
  }

  /** Looks symbols up and waits until all are ready; see {@link #lookup(SearchOrder, String)}. */
  public SymbolMap lookup(SearchOrder order, SymbolLookupSet names) {
    return lookup(order, names, SymbolState.READY, null);
  }

  /**
   * Looks symbols up and waits.
   *
   * @param required how far the symbols must be
   * @param timeout how long to wait at most, or null for any time
   * @throws LookupTimeoutException if the time is up; the look-up is withdrawn, and the message
   *     says what it waited for
   */
  public SymbolMap lookup(
      SearchOrder order, SymbolLookupSet names, SymbolState required, @Nullable Duration timeout) {
    return lookups.await(order, names, required, timeout);
  }

  /**
   * Finds symbols, asking generators, without making them.
   *
   * @return completes with the flags of the symbols that were found
   */
  public CompletableFuture<Map<String, SymbolFlags>> lookupFlags(
      LookupKind kind, SearchOrder order, SymbolLookupSet names) {
    return lookups.beginForFlags(kind, order, names);
  }

  /**
   * {@return the dylib's exported symbols as Java's native linker wants them}
   *
   * <p>{@code find} blocks until the symbol is ready, answers empty if it is missing, and throws an
   * {@link OrcException} if it fails. The segments are of length zero and live as long as the
   * caller says; they do not keep the code.
   */
  public SymbolLookup symbolLookup(JITDylib dylib) {
    return symbolLookup(SearchOrder.of(dylib));
  }

  /** {@return the symbols of a search order as Java's native linker wants them} */
  public SymbolLookup symbolLookup(SearchOrder order) {
    checkOwn(order);
    return name -> lookups.findSegment(order, name);
  }

  // Dependences ----------------------------------------------------------------------------------

  /** {@return the emitted symbols that depend directly on this one} */
  public Dependents usersOf(JITDylib dylib, String name) {
    checkOwn(dylib);
    return locked(() -> Dependences.usersOf(dylib, name));
  }

  /** {@return the symbols that this one depends on directly} */
  public Dependents dependenciesOf(JITDylib dylib, String name) {
    checkOwn(dylib);
    return locked(() -> Dependences.dependenciesOf(dylib, name));
  }

  /**
   * {@return the symbols that depend on some symbol of the unit that defines this one, and are not
   * its own}
   */
  public Dependents usersOfUnit(JITDylib dylib, String name) {
    checkOwn(dylib);
    return locked(() -> Dependences.usersOfUnit(dylib, name));
  }

  /** {@return the symbols of others that the unit which defines this one depends on} */
  public Dependents dependenciesOfUnit(JITDylib dylib, String name) {
    checkOwn(dylib);
    return locked(() -> Dependences.dependenciesOfUnit(dylib, name));
  }

  /** {@return what some symbols of a dylib depend on, in the form in which it was reported} */
  public List<SymbolDependenceGroup> dependenceGroups(JITDylib dylib, Collection<String> names) {
    checkOwn(dylib);
    List<String> copy = List.copyOf(names);
    return locked(() -> Dependences.groups(dylib, copy));
  }

  /** {@return the symbols outside the tracker that depend on a symbol inside} */
  public Dependents usersOf(ResourceTracker tracker) {
    checkOwn(tracker.dylib());
    return locked(() -> Dependences.usersOf(tracker.state()));
  }

  /** {@return the symbols outside the tracker that a symbol inside depends on} */
  public Dependents dependenciesOf(ResourceTracker tracker) {
    checkOwn(tracker.dylib());
    return locked(() -> Dependences.dependenciesOf(tracker.state()));
  }

  // Resources, listeners, tasks, errors ----------------------------------------------------------

  /** Adds a manager that is told when trackers are removed or transferred. */
  public void registerResourceManager(ResourceManager manager) {
    resourceManagers.add(Objects.requireNonNull(manager));
  }

  /** Removes a manager; does nothing if it is not registered. */
  public void deregisterResourceManager(ResourceManager manager) {
    resourceManagers.remove(manager);
  }

  /** Adds a listener that is told what happens to symbols from now on. */
  public void addListener(SessionListener listener) {
    events.add(Objects.requireNonNull(listener));
  }

  /** Removes a listener; does nothing if it is not there. */
  public void removeListener(SessionListener listener) {
    events.remove(listener);
  }

  /**
   * Hands a task to the session's dispatcher; inside the session lock, as soon as that is free.
   * What the task throws goes to the error reporter, and so does what the dispatcher throws in the
   * latter case.
   */
  public void dispatch(Task task) {
    Task reporting = task.reportingTo(reporter);
    if (lock.isHeldByCurrentThread()) {
      Outcome later = new Outcome(this);
      later.dispatch(reporting);
      later.deliver();
    } else {
      dispatcher.dispatch(reporting);
    }
  }

  /** Hands an error to the session's reporter. Must not be called inside the session lock. */
  public void reportError(Throwable error) {
    reporter.report(error);
  }

  /**
   * Runs an action inside the session lock: no other thread changes the session meanwhile. It must
   * be short, and must not wait for anything. What it causes is delivered after the lock is free.
   */
  public <T> T runSessionLocked(Supplier<T> action) {
    try {
      return locked(action);
    } finally {
      deferred.deliver();
    }
  }

  /** {@return the state of every dylib, and what look-ups wait for, as text} */
  public String dump() {
    return locked(() -> SessionDump.of(this));
  }

  /**
   * {@return which look-up waits for which symbol, in which unit, on which thread; empty if none
   * waits}
   */
  public String explainStalled() {
    return locked(() -> StallReport.of(lookups.inFlight()));
  }

  /** {@return whether {@link #close()} has been called} */
  public boolean isClosed() {
    return dylibs.isClosed();
  }

  /**
   * Ends the session, whatever is under way: removes all dylibs in reverse order of creation, fails
   * the look-ups that are left, and waits for the dispatcher's tasks. Closing again does nothing,
   * and does not wait for the first one to end. Failures go to the error reporter.
   *
   * @throws IllegalStateException if the session lock is held
   */
  @Override
  public void close() {
    lock.checkNotHeld("A session's tasks run");
    List<JITDylib> all = dylibs.close();
    if (all == null) {
      return;
    }
    try {
      Removal.removeDylibs(this, all.reversed());
    } catch (ResourceRemovalException failure) {
      reportError(failure);
    }
    Outcome.locked(this, lookups::failAll);
    try {
      dispatcher.close();
    } catch (Throwable failure) { // of somebody's dispatcher
      reportError(failure);
    }
  }

  // For the package ------------------------------------------------------------------------------

  SessionLock lock() {
    return lock;
  }

  NameFilters filters() {
    return filters;
  }

  void checkOwn(JITDylib dylib) {
    if (dylib.session() != this) {
      throw new IllegalArgumentException(
          "\"%s\" is a JITDylib of another session".formatted(dylib.name()));
    }
  }

  void checkOwn(SearchOrder order) {
    if (!order.isEmpty()) {
      checkOwn(order.dylibAt(0)); // an order is of one session
    }
  }

  <T extends @Nullable Object> T locked(Supplier<T> action) {
    return lock.locked(action);
  }

  TaskDispatcher dispatcher() {
    return dispatcher;
  }

  @Nullable Platform platform() {
    return platform;
  }

  boolean detectsUnclosedTrackers() {
    return detectUnclosedTrackers;
  }

  EventQueue events() {
    return events;
  }

  /** {@return the managers, the last registered first} */
  List<ResourceManager> managersInRemovalOrder() {
    return new ArrayList<>(resourceManagers).reversed();
  }

  /**
   * Counts an elementary step: a table probed for a name, a waiter or an edge visited. Growth is
   * tested on this count, not on time. Called under the lock.
   */
  void countStep() {
    steps++;
  }

  /** {@return the elementary steps so far} */
  long steps() {
    return locked(() -> steps);
  }

  Lookups lookups() {
    return lookups;
  }

  DylibList dylibs() {
    return dylibs;
  }

  DeferredOutcomes deferred() {
    return deferred;
  }

  /** {@return what threads that block in a task or a generator wait for; guarded by the lock} */
  BlockedThreads blocked() {
    return blocked;
  }

  @Override
  public String toString() {
    return Objects.toIdentityString(this);
  }
}
