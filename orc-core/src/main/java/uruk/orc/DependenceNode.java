package uruk.orc;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * An emitted group of symbols and what it depends on. Kept after the symbols are ready, to answer
 * who uses what. Guarded by the session lock.
 */
final class DependenceNode {
  static final int NOT_IN_BATCH = -1;

  private static final SymbolEntry[] NONE = new SymbolEntry[0];

  private final SymbolEntry[] symbols;
  private SymbolEntry[] dependencies;
  private int live;

  /** The position in the dependencies up to which all are known to be ready. */
  int cursor;

  /** The position among the groups that are being emitted, while they are. */
  int batchPosition = NOT_IN_BATCH;

  /** The next node of the same component whose dependencies are to be scanned. */
  @Nullable DependenceNode nextToScan;

  /** The next node of the same component. */
  @Nullable DependenceNode nextMember;

  /** Set while the symbols are emitted but not ready. */
  @Nullable PendingComponent component;

  /** A group of symbols, yet to be filled in, that depend on nothing so far. */
  DependenceNode(SymbolEntry[] symbols) {
    this.symbols = symbols;
    this.dependencies = NONE;
    this.live = symbols.length;
  }

  /** Says what the symbols depend on, once. */
  void dependOn(Collection<SymbolEntry> needed) {
    dependencies = needed.isEmpty() ? NONE : needed.toArray(NONE);
  }

  SymbolEntry[] symbols() {
    return symbols;
  }

  SymbolEntry[] dependencies() {
    return dependencies;
  }

  boolean isDead() {
    return live == 0;
  }

  /** Returns the next node of the component, of which this one keeps nothing. */
  @Nullable DependenceNode leaveComponent() {
    DependenceNode next = nextMember;
    component = null;
    nextMember = null;
    nextToScan = null;
    return next;
  }

  /** Makes this node known to what it depends on. */
  void connect() {
    for (SymbolEntry symbol : symbols) {
      symbol.node = this;
    }
    for (SymbolEntry dependency : dependencies) {
      if (dependency.users == null) {
        dependency.users = new UserList();
      }
      dependency.users.add(this);
    }
  }

  /** One of the symbols is gone: the last one takes the edges along. */
  void symbolGone(SymbolEntry symbol) {
    symbol.node = null;
    if (--live > 0) {
      return;
    }
    for (SymbolEntry dependency : dependencies) {
      if (dependency.users != null) {
        dependency.users.noteDeath();
      }
    }
    dependencies = NONE;
    cursor = 0;
  }
}
