package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * Finds symbols that are far enough, without the session lock. Gives up (answers null) as soon as
 * the answer could be another than that of an ordinary look-up.
 */
final class ReadyLookup {
  private ReadyLookup() {}

  /** {@return the exported, ready symbol of the dylib, or null} */
  static @Nullable ExecutorSymbolDef find(JITDylib dylib, String name) {
    SymbolEntry entry = dylib.table().find(name);
    if (entry == null) {
      return null;
    }
    int word = entry.word();
    return isUsable(word, SymbolState.READY) && SymbolFlags.isExported(word)
        ? definition(entry, word)
        : null;
  }

  /** {@return the ready symbol that the order finds first, or null} */
  static @Nullable ExecutorSymbolDef find(
      ExecutionSession session, SearchOrder order, String name) {
    long version = session.tablesVersion();
    SymbolEntry entry = first(order, name);
    if (entry == null || version != session.tablesVersion()) {
      return null;
    }
    int word = entry.word();
    return isUsable(word, SymbolState.READY) ? definition(entry, word) : null;
  }

  /**
   * {@return all the symbols that the order finds first, or null if one is missing or not far
   * enough}
   */
  static @Nullable SymbolMap find(
      ExecutionSession session, SearchOrder order, SymbolLookupSet names, SymbolState required) {
    long version = session.tablesVersion();
    SymbolMap.Builder found = SymbolMap.builder(names.size());
    for (int at = 0; at < names.size(); at++) {
      SymbolEntry entry = first(order, names.nameAt(at));
      if (entry == null) {
        return null;
      }
      int word = entry.word();
      if (!isUsable(word, required)) {
        return null;
      }
      found.put(entry.name(), entry.address(), SymbolFlags.ofBits(SymbolEntry.flagBits(word)));
    }
    return version == session.tablesVersion() && !session.isClosed() ? found.buildUnique() : null;
  }

  private static @Nullable SymbolEntry first(SearchOrder order, String name) {
    int hash = SymbolTable.hash(name);
    for (int at = 0; at < order.size(); at++) {
      JITDylib dylib = order.dylibAt(at);
      SymbolEntry entry = dylib.table().find(name, hash);
      if (entry != null && entry.isVisible(order.matchesAllAt(at))) {
        return entry;
      }
      if (entry == null && !dylib.generatorList().isEmpty()) {
        return null;
      }
    }
    return null;
  }

  private static boolean isUsable(int word, SymbolState required) {
    return SymbolEntry.state(word).compareTo(required) >= 0
        && !SymbolEntry.isRemoved(word)
        && !SymbolFlags.hasError(word)
        && !SymbolFlags.isSideEffectsOnly(word);
  }

  private static ExecutorSymbolDef definition(SymbolEntry entry, int word) {
    return new ExecutorSymbolDef(entry.address(), SymbolFlags.ofBits(SymbolEntry.flagBits(word)));
  }
}
