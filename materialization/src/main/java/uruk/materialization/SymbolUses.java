package uruk.materialization;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.KeptFixups.OutsideTarget;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.GenericEdgeKind;
import uruk.jitlink.memory.SegmentRange;

/**
 * Finds uses of symbols among the fix-ups that were kept of a link. What is read from the global
 * offset table is used where it is read.
 */
final class SymbolUses {
  private SymbolUses() {}

  /**
   * Collects uses of symbols, each at its address.
   *
   * @param code where a function's entry leads
   */
  static void collect(
      LinkedObject user,
      LinkResult result,
      Map<String, Long> symbols,
      LongUnaryOperator code,
      List<SymbolUse> into) {
    addAll(
        user,
        result,
        target -> {
          Long address = symbols.get(target.name());
          return address != null
              && (address == target.address() || code.applyAsLong(address) == target.address());
        },
        into);
  }

  /** Collects uses of whatever is in the given memory. */
  static void collectInto(
      LinkedObject user, LinkResult result, List<SegmentRange> memory, List<SymbolUse> into) {
    addAll(
        user,
        result,
        target -> memory.stream().anyMatch(range -> range.contains(target.address())),
        into);
  }

  private static void addAll(
      LinkedObject user, LinkResult result, Predicate<OutsideTarget> wanted, List<SymbolUse> into) {
    List<OutsideTarget> targets = result.fixups().outsideTargets();
    BitSet chosen = new BitSet();
    for (int i = 0; i < targets.size(); i++) {
      chosen.set(i, wanted.test(targets.get(i)));
    }
    if (!chosen.isEmpty()) {
      int[][] uses = result.fixups().usesOf(chosen);
      chosen.stream().forEach(i -> add(user, result, targets.get(i).name(), uses[i], into));
    }
  }

  private static void add(
      LinkedObject user, LinkResult result, String symbol, int[] uses, List<SymbolUse> into) {
    KeptFixups fixups = result.fixups();
    if (uses.length == 0) {
      // A thread-local variable: no place in memory holds its address.
      into.add(new SymbolUse(symbol, user, null, 0, 0, GenericEdgeKind.KEEP_ALIVE));
    }
    for (int use : uses) {
      long site = fixups.site(use);
      if (result.allocation().segments().stream().noneMatch(range -> range.contains(site))) {
        continue; // This part of its memory is freed.
      }
      int[] readers = symbolBefore(result, site) < 0 ? fixups.referringTo(site) : new int[0];
      for (int reader : readers) {
        into.add(use(user, result, symbol, fixups.site(reader), fixups.kind(reader)));
      }
      if (readers.length == 0) {
        into.add(use(user, result, symbol, site, fixups.kind(use)));
      }
    }
  }

  private static SymbolUse use(
      LinkedObject user, LinkResult result, String symbol, long site, EdgeKind kind) {
    int inside = symbolBefore(result, site);
    if (inside < 0) {
      long begin = result.allocation().segments().getFirst().address();
      return new SymbolUse(symbol, user, null, site - begin, site, kind);
    }
    return new SymbolUse(
        symbol,
        user,
        result.symbols().name(inside),
        site - result.symbols().code(inside),
        site,
        kind);
  }

  /** {@return the nearest symbol before a place in the same segment; -1 if there is none} */
  private static int symbolBefore(LinkResult result, long site) {
    int nearest = result.symbols().floor(site);
    if (nearest < 0) {
      return nearest;
    }
    long symbol = result.symbols().code(nearest);
    boolean together =
        result.allocation().segments().stream()
            .anyMatch(range -> range.contains(site) && range.contains(symbol));
    return together ? nearest : -1;
  }
}
