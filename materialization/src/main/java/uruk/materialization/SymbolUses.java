package uruk.materialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.KeptFixups.OutsideTarget;
import uruk.jitlink.memory.SegmentRange;

/** Finds uses of symbols among the fix-ups that were kept of a link. */
final class SymbolUses {
  private SymbolUses() {}

  /** Collects uses of symbols, each at its address. */
  static void collect(
      LinkedObject user, LinkResult result, Map<String, Long> symbols, List<SymbolUse> into) {
    for (OutsideTarget target : result.fixups().outsideTargets()) {
      Long address = symbols.get(target.name());
      if (address != null && address == target.address()) {
        add(user, result, target.name(), into);
      }
    }
  }

  /** Collects uses of whatever is in the given memory. */
  static void collectInto(
      LinkedObject user, LinkResult result, List<SegmentRange> memory, List<SymbolUse> into) {
    List<String> names = new ArrayList<>(0);
    for (OutsideTarget target : result.fixups().outsideTargets()) {
      if (memory.stream().anyMatch(range -> range.contains(target.address()))) {
        names.add(target.name());
      }
    }
    names.forEach(name -> add(user, result, name, into));
  }

  private static void add(
      LinkedObject user, LinkResult result, String symbol, List<SymbolUse> into) {
    KeptFixups fixups = result.fixups();
    for (int use : fixups.usesOf(symbol)) {
      long site = fixups.site(use);
      int inside = result.symbols().floor(site);
      into.add(
          inside < 0
              ? new SymbolUse(
                  symbol,
                  user,
                  null,
                  site - result.allocation().segments().getFirst().address(),
                  site,
                  fixups.kind(use))
              : new SymbolUse(
                  symbol,
                  user,
                  result.symbols().name(inside),
                  site - result.symbols().code(inside),
                  site,
                  fixups.kind(use)));
    }
  }
}
