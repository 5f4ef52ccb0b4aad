package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * An emitted group of symbols and what it depends on. Kept after the symbols are ready, to answer
 * who uses what. Guarded by the session lock.
 */
final class DependenceNode {
  static final int NOT_IN_BATCH = -1;

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

  DependenceNode(SymbolEntry[] symbols, SymbolEntry[] dependencies) {
    this.symbols = symbols;
    this.dependencies = dependencies;
    this.live = symbols.length;
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
    dependencies = new SymbolEntry[0];
    cursor = 0;
  }
}
