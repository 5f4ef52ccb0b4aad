package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How definitions leave: by name, with their tracker, with their dylib; and how trackers are
 * merged.
 */
final class Removal {
  private Removal() {}

  // Names ----------------------------------------------------------------------------------------

  /** Removes symbols by name, all or none. Called under the session lock. */
  static void removeNames(JITDylib dylib, Set<String> names, Outcome outcome) {
    checkRemovable(dylib, names).forEach(entry -> removeNamed(entry, outcome));
  }

  /**
   * {@return the symbols of these names, all of which may go now} Called under the session lock.
   */
  static List<SymbolEntry> checkRemovable(JITDylib dylib, Set<String> names) {
    List<SymbolEntry> entries = new ArrayList<>(names.size());
    List<String> missing = new ArrayList<>(0);
    Set<String> busy = new LinkedHashSet<>();
    for (String name : names) {
      SymbolEntry entry = dylib.table().find(name);
      if (entry == null) {
        missing.add(name);
      } else if (isRemovable(entry)) {
        entries.add(entry);
      } else {
        busy.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw new SymbolsNotFoundException(
          missing, "a removal by name", SearchOrder.of(dylib), List.of());
    }
    if (!busy.isEmpty()) {
      throw new SymbolsCouldNotBeRemovedException(dylib, busy);
    }
    return entries;
  }

  private static boolean isRemovable(SymbolEntry entry) {
    SymbolState state = entry.state();
    return !entry.hasError() && (state == SymbolState.NEVER_SEARCHED || state == SymbolState.READY);
  }

  private static void removeNamed(SymbolEntry entry, Outcome outcome) {
    Definition owner = entry.owner;
    if (owner == null) {
      throw new AssertionError(entry + " is in a table without an owner");
    }
    MaterializationUnit unit = owner.unit;
    erase(owner, entry);
    symbolLeft(owner, entry.name());
    if (unit != null) {
      outcome.tellUnit(() -> unit.discard(owner.dylib(), entry.name()));
    }
  }

  /** A symbol has left a definition; the last one takes it along. Called under the session lock. */
  static void symbolLeft(Definition owner, String name) {
    if (name.equals(owner.initSymbol)) {
      owner.initSymbol = null;
    }
    if (--owner.live == 0) {
      owner.unit = null;
      owner.tracker.remove(owner);
    }
  }

  private static void erase(Definition owner, SymbolEntry entry) {
    JITDylib dylib = owner.dylib();
    dylib.session().lock().tablesChange();
    dylib.table().remove(entry);
    retire(dylib, entry);
  }

  private static void retire(JITDylib dylib, SymbolEntry entry) {
    ReadinessGraph.abandon(entry);
    entry.retire();
    dylib.session().events().removed(dylib, entry.name());
  }

  // Trackers -------------------------------------------------------------------------------------

  static void removeTracker(TrackerState tracker, RemovalPolicy policy) {
    ExecutionSession session = tracker.dylib().session();
    session.lock().checkNotHeld("Resource managers run");
    Outcome outcome = new Outcome(session);
    List<Throwable> failures = new ArrayList<>(0);
    List<TrackerState> removed;
    session.lock().lock();
    try {
      removed = chosenTrackers(tracker, policy);
      removed.forEach(each -> detach(each, outcome, failures));
    } finally {
      session.lock().unlock();
    }
    removed.forEach(each -> release(each, failures));
    outcome.deliver();
    throwIfAny("The resource tracker %s was removed".formatted(tracker), failures);
  }

  private static List<TrackerState> chosenTrackers(TrackerState tracker, RemovalPolicy policy) {
    return switch (policy) {
      case UNCONDITIONAL -> List.of(tracker);
      case REFUSE -> {
        Dependents users = Dependences.usersOf(tracker);
        if (!users.symbols().isEmpty()) {
          throw new SymbolsInUseException(tracker.key(), users.symbols());
        }
        yield List.of(tracker);
      }
      case CASCADE -> Dependences.withUsers(tracker);
    };
  }

  /** Takes everything that the tracker owns out of the tables and fails what waits for it. */
  private static void detach(TrackerState tracker, Outcome outcome, List<Throwable> failures) {
    Platform platform = tracker.dylib().session().platform();
    if (platform != null && !tracker.isDefunct()) {
      attempt(failures, () -> platform.notifyRemoving(tracker.handle()));
    }
    tracker.markDefunct();
    tracker.dylib().trackers().forget(tracker);
    List<Definition> definitions = tracker.definitions();
    List<SymbolEntry> underWay = new ArrayList<>();
    for (Definition definition : definitions) {
      for (SymbolEntry entry : definition.entries()) {
        if (entry.owner == definition && isUnderWay(entry)) {
          underWay.add(entry);
        }
      }
    }
    if (!underWay.isEmpty()) {
      OrcException why = new ResourceTrackerDefunctException(tracker.key());
      var _ = outcome.fail(underWay, why, SymbolNames.because(why));
    }
    erase(tracker.dylib(), definitions);
    for (Definition definition : definitions) {
      definition.trackerRemoved();
      tracker.remove(definition);
    }
  }

  /** Takes all symbols of definitions out of the table. */
  private static void erase(JITDylib dylib, List<Definition> definitions) {
    int live = 0;
    for (Definition definition : definitions) {
      live += definition.live;
    }
    boolean atOnce = dylib.table().removesAtOnce(live);
    dylib.session().lock().tablesChange();
    for (Definition definition : definitions) {
      for (SymbolEntry entry : definition.entries()) {
        if (entry.owner == definition) {
          if (!atOnce) {
            dylib.table().remove(entry);
          }
          retire(dylib, entry);
        }
      }
    }
    if (atOnce) {
      dylib.table().removeRetired(live);
    }
  }

  private static boolean isUnderWay(SymbolEntry entry) {
    SymbolState state = entry.state();
    return !entry.hasError() && state != SymbolState.NEVER_SEARCHED && state != SymbolState.READY;
  }

  /** Lets all managers free what they hold, whoever of them fails. */
  private static void release(TrackerState tracker, List<Throwable> failures) {
    JITDylib dylib = tracker.dylib();
    for (ResourceManager manager : dylib.session().managersInRemovalOrder()) {
      attempt(failures, () -> manager.handleRemoveResources(dylib, tracker.key()));
    }
  }

  private static void attempt(List<Throwable> failures, Runnable step) {
    try {
      step.run();
    } catch (Throwable failure) {
      failures.add(failure);
    }
  }

  private static void throwIfAny(String what, List<Throwable> failures) {
    if (!failures.isEmpty()) {
      throw new ResourceRemovalException(what, failures);
    }
  }

  static void transfer(TrackerState source, TrackerState destination) {
    if (source == destination) {
      return;
    }
    List<Throwable> failures = new ArrayList<>(0);
    Outcome.locked(
        source.dylib().session(),
        outcome -> {
          source.checkUsable();
          destination.checkUsable();
          source.markTransferred(destination);
          source.dylib().trackers().forget(source);
          for (Definition definition : source.definitions()) {
            source.remove(definition);
            destination.add(definition);
          }
          transferResources(source, destination, failures);
        });
    throwIfAny("The resource tracker %s was transferred".formatted(source), failures);
  }

  private static void transferResources(
      TrackerState source, TrackerState destination, List<Throwable> failures) {
    JITDylib dylib = source.dylib();
    for (ResourceManager manager : dylib.session().managersInRemovalOrder()) {
      attempt(
          failures, () -> manager.handleTransferResources(dylib, destination.key(), source.key()));
    }
  }

  // Dylibs ---------------------------------------------------------------------------------------

  static void clear(JITDylib dylib) {
    dylib.session().lock().checkNotHeld("Resource managers run");
    List<Throwable> failures = new ArrayList<>(0);
    clear(dylib, failures);
    throwIfAny("The content of \"%s\" was removed".formatted(dylib.name()), failures);
  }

  private static void clear(JITDylib dylib, List<Throwable> failures) {
    for (TrackerState tracker : dylib.session().locked(() -> dylib.trackers().all())) {
      attempt(failures, () -> removeTracker(tracker, RemovalPolicy.UNCONDITIONAL));
    }
  }

  static void removeDylibs(ExecutionSession session, List<JITDylib> dylibs) {
    session.lock().checkNotHeld("Resource managers run");
    List<JITDylib> all = List.copyOf(dylibs);
    all.forEach(session::checkOwn);
    List<JITDylib> closing =
        session.locked(() ->
            all.stream()
                .flatMap(dylib -> dylib.withAsides().stream())
                .filter(JITDylib::beginClosing)
                .toList());
    List<Throwable> failures = new ArrayList<>(0);
    Platform platform = session.platform();
    for (JITDylib dylib : closing) {
      clear(dylib, failures);
      tearDown(platform, dylib, failures);
      Outcome.locked(session, dylib::finishClosing);
    }
    throwIfAny("A JITDylib was removed", failures);
  }

  private static void tearDown(
      @Nullable Platform platform, JITDylib dylib, List<Throwable> failures) {
    if (platform != null) {
      attempt(failures, () -> platform.teardownJITDylib(dylib));
    }
  }
}
