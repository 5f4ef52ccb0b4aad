package uruk.orc;

import java.util.Map;

/**
 * Hands the names of a unit on to what finds or adds them in a table, which has {@linkplain
 * SymbolTable#load loaded} what it needs for a whole batch at once. Called under the session lock.
 */
final class HashedNames {
  private static final int BATCH = 64;

  private final SymbolTable table;
  private final Action action;
  private final String[] names;
  private final int[] hashes;
  private final SymbolFlags[] flags;
  private int pending;

  /** Takes the name of a symbol, the name's {@linkplain SymbolTable#hash hash}, and flags. */
  interface Action {
    void accept(String name, int hash, SymbolFlags flags);
  }

  private HashedNames(SymbolTable table, int size, Action action) {
    this.table = table;
    this.action = action;
    names = new String[Math.min(BATCH, size)];
    hashes = new int[names.length];
    flags = new SymbolFlags[names.length];
  }

  /** Calls the action for each of the symbols in order. */
  static void forEach(SymbolTable table, Map<String, SymbolFlags> symbols, Action action) {
    HashedNames batches = new HashedNames(table, symbols.size(), action);
    SymbolMap.forEach(symbols, batches::add);
    batches.handOn();
  }

  private void add(String name, int hash, SymbolFlags flag) {
    names[pending] = name;
    hashes[pending] = hash;
    flags[pending++] = flag;
    if (pending == names.length) {
      handOn();
    }
  }

  private void handOn() {
    for (int at = 0; at < pending; at++) {
      table.load(hashes[at]);
    }
    for (int at = 0; at < pending; at++) {
      action.accept(names[at], hashes[at], flags[at]);
    }
    pending = 0;
  }
}
