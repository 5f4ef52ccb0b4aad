package uruk.orc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides when emitted symbols are ready: as soon as no symbol that they reach over dependences is
 * unemitted.
 *
 * <p>Each pending component (groups that form a circle, merged) waits for one thing at a time: the
 * first of its dependencies that is not ready, be it an unemitted symbol or another component.
 * These waits form trees whose roots wait for unemitted symbols. When a symbol is emitted, the
 * components that waited for it hang below its group, which looks for something to wait for itself.
 * If that lies in the tree below it, the path between is a circle and becomes one component. If
 * there is nothing left, the component is ready and each component that waited for it goes on with
 * its next dependency. Every dependency is passed once; asking in which tree a component is costs
 * logarithmic time. No step looks at everything that is pending.
 */
final class ReadinessGraph {
  private ReadinessGraph() {}

  /** Emits groups that need only each other and what is ready: so are they. */
  static void emitReady(List<DependenceNode> nodes, Outcome outcome) {
    for (DependenceNode node : nodes) {
      for (int at = 0; at < node.size(); at++) {
        ready(node.symbol(at), outcome);
      }
    }
  }

  /** Adds emitted groups whose symbols know their nodes. */
  static void emit(List<DependenceNode> nodes, Outcome outcome) {
    for (List<DependenceNode> circle : Condensation.of(nodes, outcome)) {
      PendingComponent component = new PendingComponent(circle);
      for (DependenceNode node : circle) {
        for (int at = 0; at < node.size(); at++) {
          if (node.symbol(at).takeAwaited()) {
            adopt(component, waitingFor(node.symbol(at), outcome), outcome);
          }
        }
      }
      settle(component, outcome);
    }
  }

  private static void adopt(
      PendingComponent component, List<PendingComponent> waiting, Outcome outcome) {
    for (PendingComponent waiter : waiting) {
      outcome.countStep();
      if (waiter != component) {
        waiter.linkBelow(component);
        component.addWaiting(waiter);
      }
    }
  }

  /** The symbol is ready, since it needs nothing that is not; what waited for it goes on. */
  static void ready(SymbolEntry symbol, Outcome outcome) {
    outcome.reached(symbol, SymbolState.READY);
    outcome.becameReady(symbol);
    if (symbol.takeAwaited()) {
      for (PendingComponent waiter : waitingFor(symbol, outcome)) {
        if (!waiter.isDone()) {
          settle(waiter, outcome);
        }
      }
    }
  }

  /** {@return the components whose next dependency is a symbol that is being emitted} */
  private static List<PendingComponent> waitingFor(SymbolEntry symbol, Outcome outcome) {
    List<PendingComponent> waiting = new ArrayList<>(1);
    for (DependenceEdge edge = symbol.users; edge != null; edge = edge.nextUser()) {
      outcome.countStep();
      PendingComponent component = edge.user().component;
      PendingComponent user = component == null ? null : component.representative();
      if (user != null && !user.isDone() && user.current() == edge) {
        waiting.add(user);
      }
    }
    return waiting;
  }

  /**
   * Lets a component that waits for nothing find what it waits for, or become ready, with all that
   * follows.
   */
  private static void settle(PendingComponent first, Outcome outcome) {
    ArrayDeque<PendingComponent> unsettled = new ArrayDeque<>(1);
    unsettled.add(first);
    while (!unsettled.isEmpty()) {
      PendingComponent component = unsettled.removeFirst();
      if (!findsWait(component, outcome)) {
        becomeReady(component, outcome);
        for (PendingComponent waiter : component.waiting()) {
          outcome.countStep();
          if (waiter.representative() == waiter && !waiter.isDone()) {
            waiter.cutFromAbove();
            unsettled.add(waiter);
          }
        }
      }
    }
  }

  private static boolean findsWait(PendingComponent component, Outcome outcome) {
    for (DependenceEdge edge = component.current(); edge != null; edge = component.current()) {
      outcome.countStep();
      SymbolEntry next = edge.dependency();
      if (next.isRemoved() || next.state() == SymbolState.READY) {
        component.advance();
        continue;
      }
      DependenceNode node = next.node;
      PendingComponent target =
          node == null || node.component == null ? null : node.component.representative();
      if (target == component) {
        component.advance();
      } else if (target == null) {
        next.awaitEmission();
        return true;
      } else if (component.waiting().isEmpty() || target.root() != component) {
        component.linkBelow(target);
        target.addWaiting(component);
        return true;
      } else {
        mergeCircle(component, target, outcome);
      }
    }
    return false;
  }

  /** The target hangs, over some components, below the component: all of them are one. */
  private static void mergeCircle(
      PendingComponent component, PendingComponent target, Outcome outcome) {
    PendingComponent member = target;
    while (member != component) {
      outcome.countStep();
      DependenceEdge waitsFor = member.current();
      DependenceNode above = waitsFor == null ? null : waitsFor.dependency().node;
      component.merge(member);
      if (above == null || above.component == null) {
        throw new AssertionError("a component below another one waits for an emitted symbol");
      }
      member = above.component.representative();
    }
  }

  private static void becomeReady(PendingComponent component, Outcome outcome) {
    component.markDone();
    for (DependenceNode node = component.firstMember();
        node != null;
        node = node.leaveComponent()) {
      for (int at = 0; at < node.size(); at++) {
        SymbolEntry symbol = node.symbol(at);
        if (symbol.node == node) {
          outcome.reached(symbol, SymbolState.READY);
          outcome.becameReady(symbol);
        }
      }
    }
  }

  /** The symbol is failing or being removed: its group waits for nothing any more. */
  static void abandon(SymbolEntry symbol) {
    DependenceNode node = symbol.node;
    if (node == null) {
      return;
    }
    if (node.component != null) {
      PendingComponent component = node.component.representative();
      if (!component.isDone()) {
        component.markDone();
        component.cutFromAbove();
      }
      node.component = null;
    }
    node.symbolGone(symbol);
  }
}
