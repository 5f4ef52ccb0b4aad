package uruk.orc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups that depend on one symbol. Groups that died stay until they are half of the list, so
 * that a symbol which everything uses costs its users nothing when they go. Guarded by the session
 * lock.
 */
final class UserList {
  private @Nullable DependenceNode[] nodes = new DependenceNode[2];
  private int size;
  private int dead;

  private @Nullable WaitingComponents waiting;

  /** A component waits for the symbol to be emitted. */
  void addWaiting(PendingComponent component) {
    if (waiting == null) {
      waiting = new WaitingComponents();
    }
    waiting.add(component);
  }

  /** {@return the components that waited for the symbol to be emitted; they do so no more} */
  List<PendingComponent> takeWaiting() {
    WaitingComponents taken = waiting;
    waiting = null;
    return taken == null ? List.of() : taken.take();
  }

  void add(DependenceNode node) {
    if (size == nodes.length) {
      nodes = Arrays.copyOf(nodes, size * 2);
    }
    nodes[size++] = node;
  }

  /** One of the nodes has died. */
  void noteDeath() {
    dead++;
    if (dead * 2 > size) {
      compact();
    }
  }

  private void compact() {
    @Nullable DependenceNode[] kept = new DependenceNode[Math.max(2, size - dead)];
    int count = 0;
    for (DependenceNode node : live()) {
      kept[count++] = node;
    }
    nodes = kept;
    size = count;
    dead = 0;
  }

  /** {@return whether one of the groups is emitted and not ready} */
  boolean hasPending() {
    for (int at = 0; at < size; at++) {
      DependenceNode node = nodes[at];
      if (node != null && node.component != null) {
        return true;
      }
    }
    return false;
  }

  /** {@return for how many groups there is room} */
  int capacity() {
    return nodes.length;
  }

  /** {@return how many components wait for the symbol to be emitted, or did so when they ended} */
  int waitingCount() {
    return waiting == null ? 0 : waiting.list().size();
  }

  /** {@return the groups that depend on the symbol} */
  List<DependenceNode> live() {
    List<DependenceNode> live = new ArrayList<>(Math.max(0, size - dead));
    for (int at = 0; at < size; at++) {
      DependenceNode node = nodes[at];
      if (node != null && !node.isDead()) {
        live.add(node);
      }
    }
    return live;
  }
}
