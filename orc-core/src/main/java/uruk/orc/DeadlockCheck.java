package uruk.orc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds circles of waiting: a thread blocks in a look-up, the look-up waits for a symbol, the
 * symbol for its unit, the unit for the thread that runs it or for look-ups of its own. All of it
 * runs under the session lock.
 */
@SuppressWarnings("ReferenceEquality") // vertices are compared by identity
final class DeadlockCheck {
  private final Map<Object, Object> reachedFrom = new HashMap<>();
  private final ArrayDeque<Object> unvisited = new ArrayDeque<>();
  private final Map<Thread, LookupOperation> blocked;

  private DeadlockCheck(ExecutionSession session) {
    this.blocked = session.blocked();
  }

  /**
   * Fails a look-up for which the thread is about to block, if only that thread can complete it.
   */
  static void failIfDeadlocked(LookupOperation operation, Thread thread, Outcome outcome) {
    DeadlockCheck check = new DeadlockCheck(operation.session());
    if (check.reaches(operation, thread)) {
      operation.failLocked(outcome, new LookupDeadlockException(check.chain(thread)));
    }
  }

  /**
   * A unit has begun to wait for a look-up: fails the blocked look-ups that this leaves without
   * hope.
   */
  static void failBlocked(LookupOperation request, Outcome outcome) {
    ExecutionSession session = request.session();
    for (Map.Entry<Thread, LookupOperation> each : List.copyOf(session.blocked().entrySet())) {
      DeadlockCheck check = new DeadlockCheck(session);
      if (check.reaches(each.getValue(), each.getKey())) {
        each.getValue()
            .failLocked(outcome, new LookupDeadlockException(check.chain(each.getKey())));
      }
    }
  }

  /**
   * A generator has suspended a look-up: those that it made itself and that queue for it never get
   * it.
   */
  static void failSelfWaits(LookupOperation suspended, Outcome outcome) {
    GeneratorSlot slot = suspended.heldGenerator();
    if (slot == null) {
      return;
    }
    for (LookupOperation queued : List.copyOf(slot.queue())) {
      if (queued.madeInGeneratorOf() == suspended) {
        queued.failLocked(
            outcome,
            new LookupDeadlockException(
                "a generator of \"%s\" looks up %s there, which waits for the generator itself"
                    .formatted(slot.dylib().name(), queued.request().names())));
      }
    }
  }

  private boolean reaches(LookupOperation start, Thread goal) {
    reach(start, start);
    while (!unvisited.isEmpty()) {
      Object next = unvisited.removeFirst();
      switch (next) {
        case LookupOperation operation -> follow(operation);
        case SymbolEntry symbol -> follow(symbol);
        case Definition unit -> follow(unit);
        case Thread thread -> {
          if (thread == goal) {
            return true;
          }
          reachIfPresent(blocked.get(thread), thread);
        }
        default -> throw new AssertionError(next);
      }
    }
    return false;
  }

  private void follow(LookupOperation operation) {
    operation.pending().forEach(symbol -> reach(symbol, operation));
    GeneratorSlot slot = operation.heldGenerator();
    LookupOperation holder = slot == null ? null : slot.holder();
    if (holder != null && holder != operation) {
      reachIfPresent(holder.generatorThread(), operation);
    }
  }

  private void follow(SymbolEntry symbol) {
    DependenceNode node = symbol.node;
    if (node != null) {
      for (SymbolEntry dependency : node.dependencies()) {
        if (!dependency.isAtLeast(SymbolState.READY)) {
          reach(dependency, symbol);
        }
      }
    } else {
      reachIfPresent(symbol.owner, symbol);
    }
  }

  private void follow(Definition unit) {
    reachIfPresent(unit.runner(), unit);
    unit.requests.forEach(request -> reach(request, unit));
  }

  private void reachIfPresent(@Nullable Object next, Object from) {
    if (next != null) {
      reach(next, from);
    }
  }

  private void reach(Object next, Object from) {
    if (reachedFrom.putIfAbsent(next, from) == null) {
      unvisited.addLast(next);
    }
  }

  private String chain(Object goal) {
    List<Object> path = new ArrayList<>(List.of(goal));
    for (Object at = goal; reachedFrom.get(at) != at; at = reachedFrom.get(at)) {
      path.add(reachedFrom.get(at));
    }
    return path.reversed().stream()
        .map(DeadlockCheck::words)
        .collect(Collectors.joining(", which waits for "));
  }

  private static String words(Object node) {
    return switch (node) {
      case LookupOperation operation -> "the look-up of " + operation.request().names();
      case SymbolEntry symbol -> "symbol " + symbol.name();
      case Definition unit -> "unit " + unit.unitName();
      case Thread thread -> "thread " + thread.getName();
      default -> throw new AssertionError(node);
    };
  }
}
