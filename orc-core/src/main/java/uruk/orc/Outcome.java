package uruk.orc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a step under the session lock has brought about and others must hear of once the lock is
 * free: the step collects, {@link #deliver} notifies.
 */
final class Outcome {
  private final ExecutionSession session;

  // Most steps bring one thing about, or nothing: lists are made for their first elements.
  private List<Completion> completions = List.of();
  private List<Start> starts = List.of();
  private List<Runnable> unitCalls = List.of();
  private List<Throwable> reports = List.of();
  private List<Task> tasks = List.of();

  Outcome(ExecutionSession session) {
    this.session = session;
  }

  private record Completion(LookupOperation operation, Runnable action) {}

  private record Start(Definition definition, MaterializationUnit unit) {}

  private static <T> List<T> with(T element, List<T> list) {
    List<T> extended = list.isEmpty() ? new ArrayList<>(1) : list;
    extended.add(element);
    return extended;
  }

  /** A step under the lock. */
  interface Step {
    void run(Outcome outcome);
  }

  /** Runs a step under the session lock, then delivers what it brought about, also if it throws. */
  static void locked(ExecutionSession session, Step step) {
    Outcome outcome = new Outcome(session);
    session.lock().lock();
    try {
      step.run(outcome);
    } finally {
      outcome.tellUnits();
      session.lock().unlock();
      outcome.deliver();
    }
  }

  /**
   * Keeps a call that a unit must get inside the lock until the step has made its whole change:
   * whatever the unit throws then, the change is not left half made.
   */
  void tellUnit(Runnable call) {
    unitCalls = with(call, unitCalls);
  }

  /** Makes the calls, whoever of the units fails; the first failure is reported. */
  @SuppressWarnings("ReferenceEquality") // units may throw one exception twice
  private void tellUnits() {
    Throwable first = null;
    for (Runnable call : unitCalls) {
      try {
        call.run();
      } catch (Throwable failure) {
        if (first == null) {
          first = failure;
        } else if (failure != first) {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      report(first);
    }
  }

  /** Moves a symbol on and wakes the look-ups that waited for that state. */
  void reached(SymbolEntry entry, SymbolState state) {
    entry.state(state);
    wake(entry);
  }

  /** Wakes the look-ups for which the symbol is far enough. */
  void wake(SymbolEntry entry) {
    for (Waiter waiter = entry.waiters; waiter != null; ) {
      Waiter next = waiter.next;
      session.countStep();
      if (entry.isAtLeast(waiter.operation.requiredState())) {
        entry.removeWaiter(waiter);
        waiter.operation.symbolReached(this);
      }
      waiter = next;
    }
  }

  /** A look-up has all it waited for. */
  void completed(LookupOperation operation, SymbolMap result) {
    goesOnWith(operation, () -> operation.completeFuture(result));
  }

  /** A look-up has failed. */
  void failed(LookupOperation operation, Supplier<Throwable> why) {
    goesOnWith(operation, () -> operation.failFuture(why));
  }

  /** A look-up goes on with a generator's turn handed to it. */
  void resumed(LookupOperation operation) {
    goesOnWith(operation, operation::resume);
  }

  private void goesOnWith(LookupOperation operation, Runnable action) {
    completions = with(new Completion(operation, action), completions);
  }

  /** Starts the unit of a definition: all its symbols are materializing from now on. */
  void start(Definition definition) {
    MaterializationUnit unit = definition.unit;
    if (unit == null) {
      throw new AssertionError(definition + " has been started already");
    }
    definition.unit = null;
    definition.started(unit);
    for (SymbolEntry entry : definition.entries()) {
      if (entry.owner == definition) {
        entry.state(SymbolState.MATERIALIZING);
      }
    }
    starts = with(new Start(definition, unit), starts);
  }

  /** Others have work for the dispatcher. */
  void dispatch(Task task) {
    tasks = with(task, tasks);
  }

  void report(Throwable error) {
    reports = with(error, reports);
  }

  /**
   * Fails symbols and all emitted ones that depend on them, and the look-ups that wait for any of
   * them.
   *
   * @param roots symbols that are in their tables and not ready
   * @param cause the first thing that went wrong
   * @param because the cause in words
   * @return the error that the look-ups get
   */
  FailedToMaterializeException fail(
      Collection<SymbolEntry> roots, @Nullable Throwable cause, String because) {
    Set<SymbolEntry> failing = withDependants(roots);
    Map<JITDylib, Set<String>> names = new LinkedHashMap<>();
    for (SymbolEntry entry : failing) {
      if (entry.owner != null) {
        names
            .computeIfAbsent(entry.owner.dylib(), dylib -> new LinkedHashSet<>())
            .add(entry.name());
      }
    }
    FailedToMaterializeException error = new FailedToMaterializeException(names, cause, because);
    for (SymbolEntry entry : failing) {
      entry.fail(error);
      ReadinessGraph.abandon(entry);
    }
    for (SymbolEntry entry : failing) {
      while (entry.waiters != null) {
        entry.waiters.operation.failLocked(this, error);
      }
    }
    return error;
  }

  /** Counts an elementary step; see {@link ExecutionSession#countStep()}. */
  void countStep() {
    session.countStep();
  }

  private Set<SymbolEntry> withDependants(Collection<SymbolEntry> roots) {
    Set<SymbolEntry> failing = new LinkedHashSet<>(roots);
    Set<DependenceNode> seen = new HashSet<>();
    ArrayDeque<SymbolEntry> unvisited = new ArrayDeque<>(roots);
    while (!unvisited.isEmpty()) {
      SymbolEntry entry = unvisited.removeFirst();
      for (DependenceNode user : entry.users()) {
        countStep();
        if (user.component == null || !seen.add(user)) {
          continue;
        }
        for (int at = 0; at < user.size(); at++) {
          SymbolEntry symbol = user.symbol(at);
          if (symbol.node == user && failing.add(symbol)) {
            unvisited.add(symbol);
          }
        }
      }
    }
    return failing;
  }

  /** A symbol is ready: listeners hear of it. */
  void becameReady(SymbolEntry entry) {
    if (session.events().isWanted() && entry.owner != null) {
      session.events().ready(entry.owner.dylib(), entry.name());
    }
  }

  /** A look-up that its thread is still starting has no continuations that would want a task. */
  private void complete(Completion completion) {
    if (completion.operation().isStartedHere()) {
      completion.action().run();
    } else {
      dispatchOrRun(new LookupTask("Continue a look-up", completion.action()));
    }
  }

  private void dispatchOrRun(LookupTask task) {
    try {
      session.dispatch(task);
    } catch (Throwable refusal) { // of a dispatcher
      session.reportError(refusal);
      task.run();
    }
  }

  /** Who has dispatched the task is gone if the dispatcher will not have it. */
  private void dispatchOrReport(Task task) {
    try {
      session.dispatch(task);
    } catch (Throwable refusal) { // of a dispatcher
      session.reportError(refusal);
    }
  }

  private void start(Start start) {
    MaterializationTask task = new MaterializationTask(start.definition(), start.unit());
    try {
      session.dispatch(task);
    } catch (Throwable refusal) { // of a dispatcher
      task.fail(refusal);
    }
  }

  // By index: this runs after each step, and most bring nothing about.
  private void deliverOwn() {
    for (int at = 0; at < reports.size(); at++) {
      session.reportError(reports.get(at));
    }
    for (int at = 0; at < completions.size(); at++) {
      complete(completions.get(at));
    }
    for (int at = 0; at < starts.size(); at++) {
      start(starts.get(at));
    }
    for (int at = 0; at < tasks.size(); at++) {
      dispatchOrReport(tasks.get(at));
    }
  }

  /** Notifies, or leaves that to whoever unlocks last. */
  void deliver() {
    if (session.lock().isHeldByCurrentThread()) {
      session.deferred().add(this);
      return;
    }
    deliverOwn();
    session.events().deliver();
    session.deferred().deliver();
  }
}
