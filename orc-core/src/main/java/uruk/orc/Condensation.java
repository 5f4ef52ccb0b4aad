package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits groups that are emitted together into those that reach each other in circles, dependencies
 * before dependants: Tarjan's algorithm (1972), without recursion. One pass over the edges saves
 * {@link ReadinessGraph} the search for circles within a unit.
 */
final class Condensation {
  private final List<DependenceNode> nodes;
  private final Outcome outcome;
  private final int[] visited;
  private final int[] lowest;
  private final @Nullable DependenceEdge[] cursors;
  private final boolean[] isOpen;
  private final int[] open;
  private int openCount;
  private final int[] path;
  private int pathLength;
  private int visits;
  private final List<List<DependenceNode>> components = new ArrayList<>();

  private Condensation(List<DependenceNode> nodes, Outcome outcome) {
    this.nodes = nodes;
    this.outcome = outcome;
    visited = new int[nodes.size()];
    lowest = new int[nodes.size()];
    cursors = new DependenceEdge[nodes.size()];
    isOpen = new boolean[nodes.size()];
    open = new int[nodes.size()];
    path = new int[nodes.size()];
  }

  /** {@return the groups that reach each other, dependencies first} */
  static List<List<DependenceNode>> of(List<DependenceNode> nodes, Outcome outcome) {
    if (nodes.size() < 2) {
      return nodes.isEmpty() ? List.of() : List.of(nodes);
    }
    return new Condensation(nodes, outcome).components();
  }

  private List<List<DependenceNode>> components() {
    number();
    for (int root = 0; root < nodes.size(); root++) {
      if (visited[root] == 0) {
        visit(root);
        while (pathLength > 0) {
          step(path[pathLength - 1]);
        }
      }
    }
    forgetNumbers();
    return components;
  }

  /** Tells the nodes from others, by their positions. */
  private void number() {
    for (int at = 0; at < nodes.size(); at++) {
      nodes.get(at).batchPosition = at;
    }
  }

  private void forgetNumbers() {
    nodes.forEach(node -> node.batchPosition = DependenceNode.NOT_IN_BATCH);
  }

  private void visit(int at) {
    visited[at] = ++visits;
    lowest[at] = visits;
    isOpen[at] = true;
    open[openCount++] = at;
    cursors[at] = nodes.get(at).firstDependency();
    path[pathLength++] = at;
  }

  /** Follows the next edge of the last node of the path, or leaves the node. */
  private void step(int at) {
    for (DependenceEdge edge = cursors[at]; edge != null; edge = cursors[at]) {
      outcome.countStep();
      cursors[at] = edge.nextDependency();
      DependenceNode target = edge.dependency().node;
      int next = target == null ? DependenceNode.NOT_IN_BATCH : target.batchPosition;
      if (next == DependenceNode.NOT_IN_BATCH) {
        continue;
      }
      if (visited[next] == 0) {
        visit(next);
        return;
      }
      if (isOpen[next]) {
        lowest[at] = Math.min(lowest[at], visited[next]);
      }
    }
    leave(at);
  }

  private void leave(int at) {
    pathLength--;
    if (pathLength > 0) {
      int above = path[pathLength - 1];
      lowest[above] = Math.min(lowest[above], lowest[at]);
    }
    if (lowest[at] == visited[at]) {
      List<DependenceNode> component = new ArrayList<>();
      int member;
      do {
        member = open[--openCount];
        isOpen[member] = false;
        component.add(nodes.get(member));
      } while (member != at);
      components.add(component);
    }
  }
}
