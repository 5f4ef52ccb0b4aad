package uruk.orc;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What listeners are to hear: recorded under the session lock, delivered outside it in the same
 * order.
 */
final class EventQueue {
  private final SessionLock sessionLock;
  private final ErrorReporter reporter;
  private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();

  // Guarded by the session lock.
  private final ArrayDeque<Event> queue = new ArrayDeque<>();
  private boolean delivering;

  private enum Kind {
    DEFINED,
    READY,
    REMOVED
  }

  private record Event(Kind kind, JITDylib dylib, Set<String> names) {
    void tell(SessionListener listener) {
      switch (kind) {
        case DEFINED -> listener.symbolsDefined(dylib, names);
        case READY -> listener.symbolsReady(dylib, names);
        case REMOVED -> listener.symbolsRemoved(dylib, names);
      }
    }
  }

  EventQueue(SessionLock sessionLock, ErrorReporter reporter) {
    this.sessionLock = sessionLock;
    this.reporter = reporter;
  }

  void add(SessionListener listener) {
    listeners.add(listener);
  }

  void remove(SessionListener listener) {
    listeners.remove(listener);
  }

  boolean isWanted() {
    return !listeners.isEmpty();
  }

  void defined(JITDylib dylib, String name) {
    record(Kind.DEFINED, dylib, name);
  }

  void ready(JITDylib dylib, String name) {
    record(Kind.READY, dylib, name);
  }

  void removed(JITDylib dylib, String name) {
    record(Kind.REMOVED, dylib, name);
  }

  /** Names of one kind and dylib in a row make one event. */
  private void record(Kind kind, JITDylib dylib, String name) {
    if (!isWanted()) {
      return;
    }
    Event last = queue.peekLast();
    if (last == null || last.kind() != kind || last.dylib() != dylib) {
      last = new Event(kind, dylib, new LinkedHashSet<>());
      queue.addLast(last);
    }
    last.names().add(name);
  }

  /**
   * Tells the listeners, unless another thread is doing so; that one goes on until nothing is left.
   */
  void deliver() {
    if (!isWanted()) {
      return;
    }
    for (Event event = next(true); event != null; event = next(false)) {
      for (SessionListener listener : listeners) {
        tell(listener, event);
      }
    }
  }

  private @Nullable Event next(boolean first) {
    return sessionLock.locked(() -> {
      if (first && delivering) {
        return null;
      }
      Event event = queue.pollFirst();
      delivering = event != null;
      return event;
    });
  }

  private void tell(SessionListener listener, Event event) {
    try {
      event.tell(listener);
    } catch (RuntimeException failure) {
      reporter.report(failure);
    }
  }
}
