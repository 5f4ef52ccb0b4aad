package uruk.materialization;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.KeptFixups.OutsideTarget;
import uruk.materialization.ReferencePatches.SymbolAt;

/**
 * Where variables have gone, for links under way that have found an old place; forgotten when no
 * link is. Each place leads to the next one, so that a move costs the same however many there were.
 * Guarded by the lock of {@link LinkedObjects}.
 */
final class MovedSymbols {
  private final Map<SymbolAt, Long> next = new HashMap<>();

  /** Variables go elsewhere; where they go to is where they are. */
  void moved(Map<SymbolAt, Long> moves) {
    moves.forEach((from, to) -> next.remove(new SymbolAt(from.name(), to)));
    next.putAll(moves);
  }

  /** No link is under way, so nobody has found an old place. */
  void forget() {
    next.clear();
  }

  /** Symbols are where others may have been before. */
  void placed(LinkedSymbols symbols) {
    if (!next.isEmpty()) {
      for (int i = 0; i < symbols.size(); i++) {
        next.remove(new SymbolAt(symbols.name(i), symbols.canonicalAddress(i)));
      }
    }
  }

  /** {@return which of the targets have gone elsewhere, and where they are now} */
  Map<SymbolAt, Long> among(List<OutsideTarget> targets) {
    Map<SymbolAt, Long> moves = new HashMap<>();
    if (!next.isEmpty()) {
      for (OutsideTarget target : targets) {
        SymbolAt found = new SymbolAt(target.name(), target.address());
        Long place = next.get(found);
        while (place != null) {
          moves.put(found, place);
          place = next.get(new SymbolAt(target.name(), place));
        }
      }
    }
    return moves;
  }
}
