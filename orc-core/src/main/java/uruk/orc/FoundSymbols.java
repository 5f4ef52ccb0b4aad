package uruk.orc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What look-ups on behalf of a unit have found, until the unit is emitted: it has the addresses of
 * these definitions and not of others that take their names meanwhile. Guarded by the session lock.
 */
final class FoundSymbols {
  private final List<Find> finds = new ArrayList<>(1);

  /** What one look-up found: symbols that have left their tables do not know where they were. */
  private static final class Find {
    private final @Nullable SymbolEntry[] symbols;
    private final @Nullable JITDylib[] dylibs;

    Find(@Nullable SymbolEntry[] symbols) {
      this.symbols = symbols;
      this.dylibs = new JITDylib[symbols.length];
      for (int at = 0; at < symbols.length; at++) {
        SymbolEntry symbol = symbols[at];
        dylibs[at] = symbol == null || symbol.owner == null ? null : symbol.owner.dylib();
      }
    }

    void forEach(Visitor visitor) {
      for (int at = 0; at < symbols.length; at++) {
        SymbolEntry symbol = symbols[at];
        JITDylib dylib = dylibs[at];
        if (symbol != null && dylib != null) {
          visitor.visit(dylib, symbol);
        }
      }
    }
  }

  private interface Visitor {
    void visit(JITDylib dylib, SymbolEntry symbol);
  }

  /**
   * Names under which a unit has found definitions that are gone.
   *
   * @param foundAgain what it has found under each of them that is still there
   */
  record Stale(Map<SymbolInstance, Set<SymbolEntry>> foundAgain) {
    static final Stale NONE = new Stale(Map.of());

    /** {@return whether a symbol has the name of one that was found, and was not found itself} */
    boolean isAnother(JITDylib dylib, SymbolEntry symbol) {
      if (foundAgain.isEmpty()) {
        return false;
      }
      Set<SymbolEntry> found = foundAgain.get(new SymbolInstance(dylib, symbol.name()));
      return found != null && !found.contains(symbol);
    }
  }

  void add(@Nullable SymbolEntry[] symbols) {
    finds.add(new Find(symbols));
  }

  FoundSymbols copy() {
    FoundSymbols copy = new FoundSymbols();
    copy.finds.addAll(finds);
    return copy;
  }

  Stale stale() {
    Map<SymbolInstance, Set<SymbolEntry>> again = new HashMap<>();
    forEach((dylib, symbol) -> {
      if (symbol.isRemoved()) {
        again.putIfAbsent(new SymbolInstance(dylib, symbol.name()), new HashSet<>());
      }
    });
    if (again.isEmpty()) {
      return Stale.NONE;
    }
    forEach((dylib, symbol) -> {
      Set<SymbolEntry> there = again.get(new SymbolInstance(dylib, symbol.name()));
      if (there != null && !symbol.isRemoved()) {
        there.add(symbol);
      }
    });
    return new Stale(again);
  }

  private void forEach(Visitor visitor) {
    finds.forEach(find -> find.forEach(visitor));
  }
}
