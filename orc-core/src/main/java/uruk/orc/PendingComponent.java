package uruk.orc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Emitted groups that depend on each other in a circle, or a single one, and are not ready.
 * Components form trees: each waits for one symbol, or for one other component, at a time. Guarded
 * by the session lock.
 */
final class PendingComponent extends LinkCutNode {
  private @Nullable PendingComponent mergedInto;
  private @Nullable DependenceNode firstToScan;
  private @Nullable DependenceNode lastToScan;
  private @Nullable DependenceNode firstMember;
  private @Nullable DependenceNode lastMember;
  private boolean done;

  private final WaitingComponents waiting = new WaitingComponents();

  PendingComponent(List<DependenceNode> nodes) {
    DependenceNode previous = null;
    for (DependenceNode node : nodes) {
      node.component = this;
      node.cursor = node.firstDependency();
      if (previous == null) {
        firstToScan = node;
        firstMember = node;
      } else {
        previous.nextToScan = node;
        previous.nextMember = node;
      }
      previous = node;
    }
    lastToScan = previous;
    lastMember = previous;
  }

  /** {@return the components that wait for this one; those merged with it are to be skipped} */
  List<PendingComponent> waiting() {
    return waiting.list();
  }

  /** Another component waits for this one. */
  void addWaiting(PendingComponent component) {
    waiting.add(component);
  }

  /** {@return the component that this one has been merged into} */
  PendingComponent representative() {
    PendingComponent top = this;
    while (top.mergedInto != null) {
      top = top.mergedInto;
    }
    for (PendingComponent at = this; at.mergedInto != null; ) {
      PendingComponent above = at.mergedInto;
      at.mergedInto = top;
      at = above;
    }
    return top;
  }

  /** {@return whether nothing needs to be told to the component: it is done, or part of another} */
  boolean isObsolete() {
    return done || mergedInto != null;
  }

  /** {@return whether the component is ready or failed} */
  boolean isDone() {
    return done;
  }

  void markDone() {
    done = true;
  }

  /** {@return the edge to the dependency that comes next, or null if all have been passed} */
  @Nullable DependenceEdge current() {
    while (firstToScan != null) {
      if (firstToScan.cursor != null) {
        return firstToScan.cursor;
      }
      firstToScan = firstToScan.nextToScan;
    }
    return null;
  }

  /** Passes the current dependency. */
  void advance() {
    if (firstToScan == null || firstToScan.cursor == null) {
      throw new AssertionError("nothing to advance over");
    }
    firstToScan.cursor = firstToScan.cursor.nextDependency();
  }

  /** {@return the first member; follow {@link DependenceNode#nextMember}} */
  @Nullable DependenceNode firstMember() {
    return firstMember;
  }

  /** Takes over another component's groups, waiters and dependencies. */
  void merge(PendingComponent other) {
    other.mergedInto = this;
    if (other.firstToScan != null) {
      if (firstToScan == null || lastToScan == null) {
        firstToScan = other.firstToScan;
      } else {
        lastToScan.nextToScan = other.firstToScan;
      }
      lastToScan = other.lastToScan;
    }
    if (lastMember != null) {
      lastMember.nextMember = other.firstMember;
    }
    lastMember = other.lastMember;
    waiting.takeOver(other.waiting);
  }
}
