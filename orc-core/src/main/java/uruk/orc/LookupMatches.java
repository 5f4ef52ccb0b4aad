package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The symbols that a look-up has found for its names. Guarded by the session lock. */
final class LookupMatches {
  private static final long NOTHING_FOUND = -1;

  private final ExecutionSession session;
  private final LookupRequest request;
  private final @Nullable SymbolEntry[] entries;

  /** The version of the session's tables when the first name was found. */
  private long version = NOTHING_FOUND;

  LookupMatches(ExecutionSession session, LookupRequest request) {
    this.session = session;
    this.request = request;
    entries = new SymbolEntry[request.names().size()];
  }

  /**
   * The symbol is the first visible one of that name.
   *
   * @throws FailedToMaterializeException if it has failed
   */
  void found(int name, SymbolEntry entry) {
    checkNotFailed(entry);
    entries[name] = entry;
    version = version == NOTHING_FOUND ? session.lock().tablesVersion() : version;
  }

  private static void checkNotFailed(SymbolEntry entry) {
    FailedToMaterializeException failure = entry.failure();
    if (failure != null) {
      throw failure;
    }
  }

  /** {@return the symbols found so far, by the position of their names} */
  @Nullable SymbolEntry[] entries() {
    return entries;
  }

  /**
   * Checks that nobody has taken a symbol away since it was found.
   *
   * @throws FailedToMaterializeException if one has failed
   * @throws IllegalStateException if one has been removed
   */
  void checkAllThere() {
    for (SymbolEntry entry : entries) {
      if (entry != null) {
        checkNotFailed(entry);
        if (entry.isRemoved()) {
          throw new IllegalStateException(
              "%s was removed while the look-up told where it is".formatted(entry));
        }
      }
    }
  }

  /** Walks the order once more if anything was defined or removed since a name was found. */
  void refresh() {
    if (version == session.lock().tablesVersion()) {
      return;
    }
    SearchOrder order = request.order();
    for (int name = 0; name < entries.length; name++) {
      entries[name] = first(order, request.names().nameAt(name));
    }
  }

  private @Nullable SymbolEntry first(SearchOrder order, String name) {
    int hash = SymbolTable.hash(name);
    for (int at = order.next(0, hash); at < order.size(); at = order.next(at + 1, hash)) {
      session.countStep();
      SymbolEntry entry = order.tableAt(at).find(name, hash);
      if (entry != null && entry.isVisible(order.matchesAllAt(at))) {
        return entry;
      }
    }
    return null;
  }

  /**
   * {@return the required names without a symbol that could be had}
   *
   * @throws FailedToMaterializeException if a symbol has failed
   */
  List<String> missingNames() {
    List<String> missing = new ArrayList<>(0);
    for (int name = 0; name < entries.length; name++) {
      SymbolEntry entry = entries[name];
      if (entry != null) {
        checkNotFailed(entry);
      }
      boolean unusable = entry == null || (entry.isSideEffectsOnly() && !request.flagsOnly());
      if (request.names().isRequired(name) && unusable) {
        missing.add(request.names().nameAt(name));
      }
    }
    return missing;
  }

  /** {@return the names of the symbols that have addresses, by the dylib each was found in} */
  Map<JITDylib, Set<String>> byDylib() {
    Map<JITDylib, Set<String>> found = new LinkedHashMap<>();
    for (SymbolEntry entry : entries) {
      if (entry != null && entry.owner != null && !entry.isSideEffectsOnly()) {
        found
            .computeIfAbsent(entry.owner.dylib(), dylib -> new LinkedHashSet<>())
            .add(entry.name());
      }
    }
    return found;
  }

  /** Calls the action for each symbol that is not that far. */
  void forEachBelow(SymbolState state, Consumer<SymbolEntry> action) {
    for (SymbolEntry entry : entries) {
      if (entry != null && !entry.isAtLeast(state)) {
        action.accept(entry);
      }
    }
  }

  /** {@return what the look-up answers} */
  SymbolMap result() {
    SymbolMap.Builder result = SymbolMap.builder(entries.length);
    for (SymbolEntry entry : entries) {
      if (entry != null && (request.flagsOnly() || !entry.isSideEffectsOnly())) {
        result.put(entry.name(), entry.address(), entry.flags());
      }
    }
    return result.buildUnique();
  }
}
