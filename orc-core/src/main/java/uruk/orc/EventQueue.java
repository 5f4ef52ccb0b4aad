package uruk.orc;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What listeners are to hear: recorded under the session lock, delivered outside it in the same
 * order, to those who listened when it happened and still do.
 */
final class EventQueue {
  private final SessionLock sessionLock;
  private final ErrorReporter reporter;

  // Written under the session lock, read by anyone.
  private volatile List<SessionListener> listeners = List.of();
  private volatile boolean eventful; // whether there may be events in the queue

  // Guarded by the session lock.
  private final ArrayDeque<Event> queue = new ArrayDeque<>();
  private boolean delivering;

  private enum Kind {
    DEFINED,
    READY,
    REMOVED
  }

  private record Event(
      Kind kind, JITDylib dylib, Set<String> names, List<SessionListener> audience) {
    void tell(SessionListener listener) {
      Set<String> told = Collections.unmodifiableSet(names);
      switch (kind) {
        case DEFINED -> listener.symbolsDefined(dylib, told);
        case READY -> listener.symbolsReady(dylib, told);
        case REMOVED -> listener.symbolsRemoved(dylib, told);
      }
    }
  }

  EventQueue(SessionLock sessionLock, ErrorReporter reporter) {
    this.sessionLock = sessionLock;
    this.reporter = reporter;
  }

  void add(SessionListener listener) {
    sessionLock.lock();
    try {
      listeners = ImmutableList.<SessionListener>builder().addAll(listeners).add(listener).build();
    } finally {
      sessionLock.unlock();
    }
  }

  @SuppressWarnings("ReferenceEquality") // listeners are removed by identity
  void remove(SessionListener listener) {
    sessionLock.lock();
    try {
      listeners = listeners.stream().filter(each -> each != listener).toList();
    } finally {
      sessionLock.unlock();
    }
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
  @SuppressWarnings("ReferenceEquality") // each change makes a new list of listeners
  private void record(Kind kind, JITDylib dylib, String name) {
    if (!isWanted()) {
      return;
    }
    Event last = queue.peekLast();
    if (last == null
        || last.kind() != kind
        || last.dylib() != dylib
        || last.audience() != listeners) {
      last = new Event(kind, dylib, new LinkedHashSet<>(), listeners);
      queue.addLast(last);
    }
    last.names().add(name);
    eventful = true;
  }

  /**
   * Tells the listeners, unless another thread is doing so; that one goes on until nothing is left.
   */
  void deliver() {
    if (!eventful) {
      return;
    }
    for (Event event = next(true); event != null; event = next(false)) {
      for (SessionListener listener : event.audience()) {
        if (listeners.contains(listener)) {
          tell(listener, event);
        }
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
      eventful = delivering;
      return event;
    });
  }

  private void tell(SessionListener listener, Event event) {
    try {
      event.tell(listener);
    } catch (Throwable failure) {
      reporter.report(failure);
    }
  }
}
