package uruk.orc;

import java.lang.invoke.VarHandle;
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
    return entry != null && entry.isVisible(false) ? entry.ready() : null;
  }

  /** {@return the ready symbol that the order finds first, or null} */
  static @Nullable ExecutorSymbolDef find(
      ExecutionSession session, SearchOrder order, String name) {
    long version = session.lock().tablesVersion();
    SymbolEntry entry = first(order, name);
    if (entry == null) {
      return null;
    }
    ExecutorSymbolDef found = entry.ready();
    return isStill(version, session) ? found : null;
  }

  /**
   * {@return all the symbols that the order finds first, or null if one is missing or not far
   * enough}
   */
  static @Nullable SymbolMap find(
      ExecutionSession session, SearchOrder order, SymbolLookupSet names, SymbolState required) {
    long version = session.lock().tablesVersion();
    SymbolMap.Builder found = null;
    for (int at = 0; at < names.size(); at++) {
      SymbolEntry entry = first(order, names.nameAt(at));
      if (entry == null) {
        return null;
      }
      int word = entry.word();
      if (!isUsable(word, required)) {
        return null;
      }
      found = found == null ? SymbolMap.builder(names.size()) : found;
      found.put(entry.name(), entry.address(), SymbolFlags.ofBits(SymbolEntry.flagBits(word)));
    }
    SymbolMap all = found == null ? SymbolMap.of() : found.buildUnique();
    return isStill(version, session) && !session.isClosed() ? all : null;
  }

  /** {@return whether all that was read since the version was taken belongs to one moment} */
  private static boolean isStill(long version, ExecutionSession session) {
    VarHandle.loadLoadFence();
    return SessionLock.isSettled(version) && version == session.lock().tablesVersion();
  }

  private static @Nullable SymbolEntry first(SearchOrder order, String name) {
    int hash = SymbolTable.hash(name);
    for (int at = order.next(0, hash); at < order.size(); at = order.next(at + 1, hash)) {
      SymbolTable table = order.tableAt(at);
      SymbolEntry entry = table.find(name, hash);
      if (entry != null && entry.isVisible(order.matchesAllAt(at))) {
        return entry;
      }
      if (entry == null && table.isExtensible()) {
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
}
