package uruk.orc;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tracker holds. Its handle may be dropped; this stays with the dylib. Guarded by the
 * session lock.
 */
final class TrackerState {
  private final JITDylib dylib;
  private final ResourceKey key;
  private WeakReference<ResourceTracker> handle = new WeakReference<>(null);
  private @Nullable Definition first;
  private boolean defunct;
  private @Nullable TrackerState successor;

  TrackerState(JITDylib dylib, ResourceKey key) {
    this.dylib = dylib;
    this.key = key;
  }

  JITDylib dylib() {
    return dylib;
  }

  ResourceKey key() {
    return key;
  }

  boolean isDefunct() {
    return defunct;
  }

  void markDefunct() {
    defunct = true;
  }

  /** What this tracker holds belongs to another one from now on. */
  void markTransferred(TrackerState destination) {
    defunct = true;
    successor = destination;
  }

  /** {@return the tracker that has taken over, or null if none has} */
  @Nullable TrackerState successor() {
    return successor;
  }

  void checkUsable() {
    if (defunct) {
      throw new ResourceTrackerDefunctException(key);
    }
  }

  /** {@return the handle that users hold; a new one if they dropped it} */
  ResourceTracker handle() {
    ResourceTracker existing = handle.get();
    if (existing == null) {
      existing = new ResourceTracker(this);
      handle = new WeakReference<>(existing);
    }
    return existing;
  }

  void add(Definition definition) {
    definition.tracker = this;
    definition.previous = null;
    definition.next = first;
    if (first != null) {
      first.previous = definition;
    }
    first = definition;
  }

  void remove(Definition definition) {
    if (definition.previous != null) {
      definition.previous.next = definition.next;
    } else {
      first = definition.next;
    }
    if (definition.next != null) {
      definition.next.previous = definition.previous;
    }
    definition.previous = null;
    definition.next = null;
  }

  /** {@return the definitions, oldest first} */
  List<Definition> definitions() {
    List<Definition> all = new ArrayList<>();
    for (Definition definition = first; definition != null; definition = definition.next) {
      all.add(definition);
    }
    return all.reversed();
  }

  @Override
  public String toString() {
    return key.toString();
  }
}
