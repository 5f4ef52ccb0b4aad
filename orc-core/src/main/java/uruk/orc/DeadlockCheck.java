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
 * itself; or a look-up queues for a generator, which serves another look-up, which it has suspended
 * until others that it made are done. All of it runs under the session lock.
 */
@SuppressWarnings("ReferenceEquality") // vertices are compared by identity
final class DeadlockCheck {
  private final Map<Object, Object> reachedFrom = new HashMap<>(4);
  private final ArrayDeque<Object> unvisited = new ArrayDeque<>(1);
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
   * hope. Every circle that is new goes through the look-up itself; what waits for it is not
   * walked.
   */
  static void failBlocked(LookupOperation begun, Outcome outcome) {
    BlockedThreads blocked = begun.session().blocked();
    if (begun.request().onBehalfOf() == null || blocked.isEmpty()) {
      return;
    }
    if (new DeadlockCheck(begun).comesBack()) {
      blocked.operations().forEach(operation -> failIfDeadlocked(operation, outcome));
    }
  }

  /**
   * A generator has suspended a look-up until others that it made are done: fails those of them
   * that wait for the generator, or for the look-up, themselves.
   */
  static void failWaitsForGeneratorOf(LookupOperation suspended, Outcome outcome) {
    DeadlockCheck check = new DeadlockCheck(suspended);
    while (check.comesBack()) {
      check.firstInCircle().failLocked(outcome, new LookupDeadlockException(check.chain()));
      check = new DeadlockCheck(suspended);
    }
  }

  /**
   * A look-up queues for a generator.
   *
   * @throws LookupDeadlockException if the generator, over others perhaps, waits for the look-up
   */
  static void checkQueued(LookupOperation queued) {
    if (!queued.mayBeWaitedFor()) {
      return;
    }
    DeadlockCheck check = new DeadlockCheck(queued);
    if (check.comesBack()) {
      throw new LookupDeadlockException(check.chain());
    }
  }

  /** {@return the look-up in the circle that the start waits for, before it has found anything} */
  private LookupOperation firstInCircle() {
    Object first = start;
    for (Object at = reachedFrom.get(start); at != start; at = reachedFrom.get(at)) {
      first = at;
    }
    if (first instanceof LookupOperation operation) {
      return operation;
    }
    throw new AssertionError("a suspended look-up waits for " + first);
  }

  private boolean comesBack() {
    unvisited.add(start);
    while (!unvisited.isEmpty() && !reachedFrom.containsKey(start)) {
      start.session().countStep();
      Object next = unvisited.removeFirst();
      switch (next) {
        case LookupOperation operation -> follow(operation);
        case SymbolEntry symbol -> follow(symbol);
        case Definition unit -> follow(unit);
        case GeneratorSlot generator -> follow(generator);
        default -> throw new AssertionError(next);
      }
    }
    return reachedFrom.containsKey(start);
  }

  private void follow(LookupOperation operation) {
    operation.pending().forEach(symbol -> reach(symbol, operation));
    reach(blocked.above(operation), operation);
    GeneratorSlot slot = operation.heldGenerator();
    if (slot != null && slot.holder() != operation) {
      reach(slot, operation);
    }
    if (operation.isSuspended()) {
      operation.madeByGenerator().forEach(made -> reach(made, operation));
    }
  }

  private void follow(GeneratorSlot generator) {
    LookupOperation holder = generator.holder();
    if (holder == null) {
      return;
    }
    if (holder.isSuspended()) {
      reach(holder, generator);
    } else {
      reachWhatBlocks(holder.generatorRun(), generator);
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
      case GeneratorSlot generator -> "a generator of \"%s\"".formatted(generator.dylib().name());
      case null, default -> throw new AssertionError(node);
    };
  }
}
