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
 * symbol for its unit, the unit for the look-up in which its thread blocks or for those it has made
 * itself. All of it runs under the session lock.
 */
@SuppressWarnings("ReferenceEquality") // vertices are compared by identity
final class DeadlockCheck {
  private final Map<Object, Object> reachedFrom = new HashMap<>();
  private final ArrayDeque<Object> unvisited = new ArrayDeque<>();
  private final BlockedThreads blocked;
  private final LookupOperation start;

  private DeadlockCheck(LookupOperation start) {
    this.start = start;
    this.blocked = start.session().blocked();
  }

  /** Fails a look-up in which a thread blocks, if that keeps it from completing. */
  static void failIfDeadlocked(LookupOperation operation, Outcome outcome) {
    DeadlockCheck check = new DeadlockCheck(operation);
    if (check.comesBack()) {
      operation.failLocked(outcome, new LookupDeadlockException(check.chain()));
    }
  }

  /**
   * A unit has begun to wait for a look-up: fails the blocked look-ups that this leaves without
   * hope.
   */
  static void failBlocked(ExecutionSession session, Outcome outcome) {
    session.blocked().operations().forEach(operation -> failIfDeadlocked(operation, outcome));
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

  private boolean comesBack() {
    unvisited.add(start);
    while (!unvisited.isEmpty() && !reachedFrom.containsKey(start)) {
      Object next = unvisited.removeFirst();
      switch (next) {
        case LookupOperation operation -> follow(operation);
        case SymbolEntry symbol -> follow(symbol);
        case Definition unit -> follow(unit);
        default -> throw new AssertionError(next);
      }
    }
    return reachedFrom.containsKey(start);
  }

  private void follow(LookupOperation operation) {
    operation.pending().forEach(symbol -> reach(symbol, operation));
    reach(blocked.above(operation), operation);
    GeneratorSlot slot = operation.heldGenerator();
    LookupOperation holder = slot == null ? null : slot.holder();
    if (holder != null && holder != operation) {
      reachWhatBlocks(holder.generatorRun(), operation);
    }
  }

  private void follow(SymbolEntry symbol) {
    DependenceNode node = symbol.node;
    if (node == null) {
      reach(symbol.owner, symbol);
      return;
    }
    for (SymbolEntry dependency : node.dependencies()) {
      if (!dependency.isAtLeast(SymbolState.READY)) {
        reach(dependency, symbol);
      }
    }
  }

  private void follow(Definition unit) {
    reachWhatBlocks(unit.run(), unit);
    unit.requests().forEach(request -> reach(request, unit));
  }

  private void reachWhatBlocks(BlockedThreads.@Nullable Run run, Object from) {
    if (run != null) {
      reach(blocked.above(run), from);
    }
  }

  private void reach(@Nullable Object next, Object from) {
    if (next != null && reachedFrom.putIfAbsent(next, from) == null) {
      unvisited.addLast(next);
    }
  }

  private String chain() {
    List<Object> path = new ArrayList<>(List.of(start));
    Object at = start;
    do {
      at = reachedFrom.get(at);
      path.add(at);
    } while (at != start);
    return path.reversed().stream()
        .map(DeadlockCheck::words)
        .collect(Collectors.joining(", which waits for "));
  }

  private static String words(@Nullable Object node) {
    return switch (node) {
      case LookupOperation operation -> "the look-up of " + operation.request().names();
      case SymbolEntry symbol -> "symbol " + symbol.name();
      case Definition unit -> "unit " + unit.unitName();
      case null, default -> throw new AssertionError(node);
    };
  }
}
