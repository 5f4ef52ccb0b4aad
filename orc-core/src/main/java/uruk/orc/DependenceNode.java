package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An emitted group of symbols and what it depends on. Kept after the symbols are ready, to answer
 * who uses what. Guarded by the session lock.
 */
final class DependenceNode {
  static final int NOT_IN_BATCH = -1;

  private static final SymbolEntry[] NONE = new SymbolEntry[0];

  private final SymbolEntry first;

  /** Most groups are of one symbol. */
  private final SymbolEntry[] others;

  private @Nullable DependenceEdge firstDependency;
  private int live;

  /** The first of the dependencies that are not known to be ready, while the node is pending. */
  @Nullable DependenceEdge cursor;

  /** The position among the groups that are being emitted, while they are. */
  int batchPosition = NOT_IN_BATCH;

  /** The next node of the same component whose dependencies are to be scanned. */
  @Nullable DependenceNode nextToScan;

  /** The next node of the same component. */
  @Nullable DependenceNode nextMember;

  /** Set while the symbols are emitted but not ready. */
  @Nullable PendingComponent component;

  /** Makes a group of some symbols, at least one, that depend on nothing so far. */
  DependenceNode(List<SymbolEntry> symbols) {
    first = symbols.getFirst();
    live = symbols.size();
    others = live == 1 ? NONE : symbols.subList(1, live).toArray(NONE);
    for (SymbolEntry symbol : symbols) {
      symbol.node = this;
    }
  }

  /** The symbols depend on another one too. */
  void dependOn(SymbolEntry needed) {
    firstDependency = new DependenceEdge(this, needed, firstDependency);
  }

  /** {@return how many symbols the group was made of} */
  int size() {
    return 1 + others.length;
  }

  /** {@return one of the symbols of which the group was made, and which may have left it since} */
  SymbolEntry symbol(int at) {
    return at == 0 ? first : others[at - 1];
  }

  /** {@return the first of the edges to what the symbols depend on} */
  @Nullable DependenceEdge firstDependency() {
    return firstDependency;
  }

  /** {@return what the symbols depend on} */
  List<SymbolEntry> dependencies() {
    List<SymbolEntry> dependencies = new ArrayList<>();
    for (DependenceEdge edge = firstDependency; edge != null; edge = edge.nextDependency()) {
      dependencies.add(edge.dependency());
    }
    return dependencies;
  }

  /** Returns the next node of the component, of which this one keeps nothing. */
  @Nullable DependenceNode leaveComponent() {
    DependenceNode next = nextMember;
    component = null;
    nextMember = null;
    nextToScan = null;
    return next;
  }

  /** One of the symbols is gone: the last one takes the edges along. */
  void symbolGone(SymbolEntry symbol) {
    symbol.node = null;
    live--;
    if (live == 0) {
      forgetDependencies();
    }
  }

  /** Undoes the making of the group: its symbols are in none, and depend on nothing. */
  void dissolve() {
    for (int at = 0; at < size(); at++) {
      symbol(at).node = null;
    }
    forgetDependencies();
  }

  private void forgetDependencies() {
    for (DependenceEdge edge = firstDependency; edge != null; edge = edge.nextDependency()) {
      edge.unlink();
    }
    firstDependency = null;
    cursor = null;
  }
}
