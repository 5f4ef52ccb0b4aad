package uruk.materialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.Generations.Version;
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

  // Replacement ----------------------------------------------------------------------------------

  Replacement update(Consumer<Update> what) {
    UpdateTransaction transaction = new UpdateTransaction(this);
    what.accept(transaction);
    List<Change> changes = updating(transaction::run);
    for (Change change : changes) {
      if (change.to() == null) {
        discard(change.generations().first());
      }
    }
    return announced(new Replacement(this, changes));
  }

  Replacement rollBack(List<Change> made) {
    List<Change> back =
        updating(() -> {
          List<Change> changes = made.stream().map(Updates::inverse).toList();
          new Switchover(this, changes).run();
          return changes;
        });
    return announced(new Replacement(this, back));
  }

  private static Change inverse(Change made) {
    Generations generations = made.generations();
    Version from = made.to();
    Version to = made.from();
    if (from == null || to == null) {
      throw new IllegalStateException(
          generations.first() + " was added or removed by the update, which cannot be rolled back");
    }
    if (!generations.current().equals(from)) {
      throw new IllegalStateException(generations.first() + " has been replaced since");
    }
    if (!generations.versions().contains(to)) {
      throw new IllegalStateException(
          "the memory of version %d of %s has been released; replace it with its file instead"
              .formatted(to.object().generation(), generations.first()));
    }
    return new Change(generations, from, to);
  }

  void addListener(ReplacementListener listener) {
    listeners.add(listener);
  }

  void removeListener(ReplacementListener listener) {
    listeners.remove(listener);
  }

  private Replacement announced(Replacement replacement) {
    for (ReplacementListener listener : listeners) {
      try {
        listener.updated(replacement);
      } catch (RuntimeException failure) {
        session().reportError(failure);
      }
    }
    return replacement;
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
    SymbolMap symbols =
        session()
            .lookup(
                SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, object.dylib()),
                SymbolLookupSet.of(names));
    Generations created = new Generations(new Version(object, symbols, null), tracker);
    objects.shareEntries(object);
    object.generations(created);
    return created;
  }

  /** {@return a dylib that sees what the given one sees, for versions to be linked in} */
  JITDylib createAside(JITDylib dylib) {
    JITDylib aside =
        session()
            .createBareJITDylib("%s (update %d)".formatted(dylib.name(), asides.incrementAndGet()));
    aside.setLinkOrder(dylib.linkOrder());
    return aside;
  }

  // Removal and release --------------------------------------------------------------------------

  void remove(LinkedObject object, UnloadPolicy policy) {
    List<LinkedObject> removed = updating(() -> new Unloading(this).remove(object, policy));
    removed.forEach(this::discard);
  }

  List<String> pinnedBy(LinkedObject object) {
    List<String> reasons = new ArrayList<>();
    reasons.add("threads may still run its code: nobody has said that none does");
    objects
        .usesOfMemory(object)
        .forEach(use -> reasons.add("%s is used by %s".formatted(use.symbol(), use)));
    return reasons;
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
          removeAside(version.aside(), object);
        }
      }
    }
  }

  private void removeAside(JITDylib aside, LinkedObject object) {
    boolean shared =
        objects.all().stream().anyMatch(other -> other != object && isVersionIn(other, aside));
    if (!shared) {
      session().removeJITDylibs(List.of(aside));
      return;
    }
    ResourceTracker tracker = aside.trackerOf(object.symbolNames().getFirst());
    if (tracker != null) {
      tracker.remove();
    }
  }

  private static boolean isVersionIn(LinkedObject object, JITDylib aside) {
    Generations line = object.generations();
    return line != null
        && line.versions().stream()
            .anyMatch(version -> version.object() == object && version.aside() == aside);
  }

  /** Frees an object whose names are gone. */
  private void discard(LinkedObject object) {
    objects.detach(object);
    layer.notifyRemoving(object);
    free(object);
  }

  /** Frees an object; with the first version go all others. */
  void free(LinkedObject object) {
    Generations line = object.generations();
    objects.free(object);
    if (line != null && line.first() == object) {
      for (Version version : line.versions()) {
        line.forget(version);
        if (version.aside() != null) {
          removeAside(version.aside(), version.object());
        }
      }
    }
  }
}
