package uruk.materialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.Generations.Aside;
import uruk.materialization.Generations.Version;
import uruk.materialization.RunningCode.Place;
import uruk.materialization.Switchover.Change;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * How linked objects are replaced, rolled back, removed and released: one such change of a layer at
 * a time.
 *
 * <p>Thread-safe. The update lock is held by the thread that makes a change; it is taken outside of
 * all other locks. Plugins and listeners are told when it is no longer held.
 */
final class Updates {
  private final ObjectLinkingLayer layer;
  private final LinkedObjects objects;
  private final List<ReplacementListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger asides = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Retirement retirement = new Retirement(this);
  private volatile @Nullable RunningCode running;
  private volatile int keptGenerations = 1;

  Updates(ObjectLinkingLayer layer, LinkedObjects objects) {
    this.layer = layer;
    this.objects = objects;
  }

  ExecutionSession session() {
    return layer.session();
  }

  ObjectLinkingLayer layer() {
    return layer;
  }

  LinkedObjects objects() {
    return objects;
  }

  InProcessMemoryManager memory() {
    return layer.memory();
  }

  @Nullable RunningCode running() {
    return running;
  }

  void superviseWith(RunningCode supervisor) {
    running = supervisor;
  }

  void keepGenerations(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("a negative number of generations: " + count);
    }
    keptGenerations = count;
  }

  // Replacement ----------------------------------------------------------------------------------

  Replacement update(Consumer<Update> what) {
    UpdateTransaction transaction = new UpdateTransaction(this);
    what.accept(transaction);
    return perform(() -> transaction, Switchover::run);
  }

  Replacement update(Consumer<Update> what, Quiescent when) {
    RunningCode counting = running;
    if (counting == null) {
      throw new IllegalStateException(
          "nobody counts calls; tell the layer who does with superviseWith");
    }
    UpdateTransaction transaction = new UpdateTransaction(this);
    what.accept(transaction);
    return perform(() -> transaction, switchover -> switchWhen(counting, when, switchover));
  }

  private void switchWhen(RunningCode counting, Quiescent when, Switchover switchover) {
    List<Place> inside =
        counting.whenQuiescent(
            function -> objects.owner(function) != null, when.atMost(), switchover::run);
    if (!inside.isEmpty()) {
      throw new NotQuiescentException(
          when.atMost(), inside.stream().map(this::callUnderWay).toList());
    }
  }

  private Pin.CallUnderWay callUnderWay(Place call) {
    String function =
        objects.find(call.address()).map(SymbolPlace::symbol).orElse("a function that is gone");
    return new Pin.CallUnderWay(call.threadName(), call.thread(), function);
  }

  Replacement rollBack(List<Change> made) {
    return perform(() -> new RollBack(this, made).transaction(), Switchover::run);
  }

  private Replacement perform(
      Supplier<UpdateTransaction> transaction, Consumer<Switchover> switching) {
    List<Change> changes =
        updating(() -> {
          UpdateTransaction update = transaction.get();
          try {
            List<Change> planned = update.link();
            layer.initialize(fresh(planned));
            switching.accept(new Switchover(this, planned));
            return planned;
          } catch (Throwable failure) { // of a call-back perhaps, which may throw anything
            abandon(update, failure);
            throw failure;
          }
        });
    List<LinkedObject> removed = new ArrayList<>();
    for (Change change : changes) {
      if (change.to() == null) {
        removed.add(change.generations().first());
      }
    }
    discard(removed);
    Replacement replacement = new Replacement(this, changes);
    tell(listener -> listener.updated(replacement));
    return replacement;
  }

  private static void abandon(UpdateTransaction update, Throwable cause) {
    try {
      update.abandon();
    } catch (RuntimeException alsoFailed) {
      cause.addSuppressed(alsoFailed);
    }
  }

  private static List<LinkedObject> fresh(List<Change> changes) {
    List<LinkedObject> fresh = new ArrayList<>();
    for (Change change : changes) {
      Version to = change.to();
      boolean added = change.from() == null;
      if (to != null && (added || !change.generations().versions().contains(to))) {
        fresh.add(to.object());
      }
    }
    return fresh;
  }

  /** Versions have been replaced. Called under the update lock, when nothing leads to them. */
  void retired(List<Change> changes) {
    List<LinkedObject> retired = new ArrayList<>();
    for (Change change : changes) {
      Version from = change.from();
      Version to = change.to();
      if (to != null) {
        retirement.forget(to.object());
      }
      if (from != null) {
        change.generations().keep(from.object(), keptGenerations);
        if (to != null) {
          retired.add(from.object());
        }
      }
    }
    retirement.retire(retired);
  }

  void addListener(ReplacementListener listener) {
    listeners.add(listener);
  }

  void removeListener(ReplacementListener listener) {
    listeners.remove(listener);
  }

  private void tell(Consumer<ReplacementListener> message) {
    for (ReplacementListener listener : listeners) {
      try {
        message.accept(listener);
      } catch (RuntimeException | Error failure) {
        session().reportError(failure);
      }
    }
  }

  private <T> T updating(Supplier<T> action) {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is in an update already; make the next one when it is done");
    }
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
      clearStack();
    }
  }

  /** The calling thread may wait for long now, and it knows addresses that are old. */
  private void clearStack() {
    if (running != null) {
      running.clearStack();
    }
  }

  /** {@return the versions of an object, which is linked if it was not yet} */
  Generations generationsOf(LinkedObject object) {
    Generations known = object.generations();
    if (known != null && object.state() != LinkedObject.State.REMOVED) {
      return known;
    }
    Set<String> names = object.definedNames();
    ResourceTracker tracker =
        names.isEmpty() ? null : object.dylib().trackerOf(names.iterator().next());
    boolean ended =
        object.state() == LinkedObject.State.FAILED || object.state() == LinkedObject.State.REMOVED;
    if (ended || tracker == null) {
      throw new IllegalStateException(
          "%s cannot be replaced: %s"
              .formatted(
                  object,
                  ended
                      ? "it is " + object.state() + "; add the new file instead"
                      : "it defines nothing for others"));
    }
    SymbolMap symbols = link(object, names);
    Version version =
        new Version(
            object, symbols, session().dependenceGroups(object.dylib(), symbols.names()), null);
    Generations created = new Generations(version, tracker);
    object.generations(created);
    return created;
  }

  /** {@return the object's symbols, without the name by which its initializers are linked} */
  private SymbolMap link(LinkedObject object, Set<String> names) {
    SymbolLookupSet.Builder wanted = SymbolLookupSet.builder();
    String initSymbol = object.initSymbol();
    for (String name : names) {
      if (name.equals(initSymbol)) {
        wanted.weaklyReference(name);
      } else {
        wanted.require(name);
      }
    }
    return session()
        .lookup(
            SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, object.dylib()), wanted.build());
  }

  /** {@return a dylib that sees what the given one sees, for versions to be linked in} */
  JITDylib createAside(JITDylib dylib) {
    return dylib.createAside("update " + asides.incrementAndGet());
  }

  // Removal and release --------------------------------------------------------------------------

  void remove(LinkedObject object, UnloadPolicy policy) {
    discard(updating(() -> new Unloading(this).remove(object, policy)));
  }

  // What threads run -----------------------------------------------------------------------------

  List<Pin> pinnedBy(LinkedObject object) {
    return updating(() -> {
      List<Pin> pins = new ArrayList<>();
      if (running == null) {
        pins.add(new Pin.ThreadsNotExamined());
      } else if (object.codeInMemory()) {
        pins.addAll(retirement.pins(object));
      }
      objects.usesOfMemory(object).forEach(use -> pins.add(new Pin.ReferredTo(use)));
      long data =
          object.segments().stream()
              .filter(range -> range.memProt() != MemProt.READ_EXEC)
              .mapToLong(SegmentRange::size)
              .sum();
      if (data > 0) {
        pins.add(new Pin.DataNotReleased(data));
      }
      return pins;
    });
  }

  List<LinkedObject> reclaim() {
    List<LinkedObject> freed = updating(retirement::reclaim);
    freed.forEach(version -> tell(listener -> listener.codeFreed(version)));
    return freed;
  }

  /** On a thread of its own, which may wait for a long update without keeping other layers. */
  void reclaimInBackground(long nextDelayMillis) {
    clearStack(); // it may be that of a thread which has ended, with what was on it
    try {
      List<LinkedObject> freed = updating(() -> retirement.reclaimAndSchedule(nextDelayMillis));
      freed.forEach(version -> tell(listener -> listener.codeFreed(version)));
    } catch (RuntimeException failure) {
      session().reportError(failure);
    }
  }

  void declareQuiescent() {
    boolean _ =
        updating(() -> {
          retirement.declareQuiescent();
          return true;
        });
  }

  /** Frees the code of a version that nothing runs. Called under the update lock. */
  void freeCode(LinkedObject version) {
    layer.notifyFreeingCode(version);
    version.codeFreed();
    objects.freeCode(version);
  }

  /** {@return whether a roll-back needs the version's code, since it cannot be linked again} */
  boolean isKeptForRollBack(LinkedObject version) {
    Generations line = version.generations();
    return line != null && line.keeps(version) && !version.fileIsKept();
  }

  void release(LinkedObject object) {
    boolean _ =
        updating(() -> {
          Generations line = object.generations();
          if (line == null || object.state() != LinkedObject.State.RETIRED) {
            throw new IllegalStateException(
                "%s is %s; only a replaced version is released".formatted(object, object.state()));
          }
          List<SymbolUse> uses = objects.usesOfMemory(object);
          if (!uses.isEmpty()) {
            throw new ObjectInUseException(
                "Version %d of %s cannot be released".formatted(object.generation(), object),
                uses,
                "Its variables were kept by a later version: release it after that one.");
          }
          retirement.forget(object);
          releaseVersion(line, object);
          return true;
        });
  }

  private void releaseVersion(Generations line, LinkedObject object) {
    for (Version version : line.versions()) {
      if (version.object() == object) {
        line.forget(version);
        if (version.aside() == null) {
          layer.notifyRemoving(object);
          objects.free(object);
        } else {
          removeAside(version.aside(), version);
        }
      }
    }
  }

  private void removeAside(Aside aside, Version gone) {
    if (aside.removed()) {
      session().removeJITDylibs(List.of(aside.dylib()));
      return;
    }
    for (String name : gone.symbols().names()) {
      ResourceTracker tracker = aside.dylib().trackerOf(name);
      if (tracker != null) {
        tracker.remove();
        return;
      }
    }
  }

  /** Frees objects whose names are gone. */
  private void discard(List<LinkedObject> gone) {
    for (LinkedObject object : gone) {
      objects.detach(object);
      layer.notifyRemoving(object);
      free(object);
    }
    if (!gone.isEmpty()) {
      tell(listener -> listener.removed(gone));
    }
  }

  /**
   * Frees an object; with the first version go all others. May be called inside of an update, which
   * gives up what it has linked.
   */
  void free(LinkedObject object) {
    lock.lock();
    try {
      freeLocked(object);
    } finally {
      lock.unlock();
    }
  }

  private void freeLocked(LinkedObject object) {
    Generations line = object.generations();
    objects.free(object);
    retirement.forget(object);
    if (!layer.unbound().isEmpty()) {
      layer.unbound().forgetUnused(objects);
    }
    if (line != null && line.first() == object) {
      for (Version version : line.versions()) {
        line.forget(version);
        if (version.aside() != null) {
          removeAside(version.aside(), version);
        }
      }
    }
  }
}
