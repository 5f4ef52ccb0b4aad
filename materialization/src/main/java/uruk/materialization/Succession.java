package uruk.materialization;

import java.util.Map;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;

/**
 * What a new version of an object takes over from what it replaces.
 *
 * @param entries the entries of functions, by name
 * @param localEntries the entries of local functions whose address was taken, by name
 * @param kept variables whose storage the new version adopts, by name
 * @param blocks blocks of variables that it adopts as a whole, by their place in {@link DataBlocks}
 * @param initialized whether its variables have their values already, so that no initializer runs
 */
record Succession(
    Map<String, Long> entries,
    Map<String, Long> localEntries,
    Map<String, KeptData> kept,
    Map<Integer, Long> blocks,
    boolean initialized) {
  /** Of an object that replaces nothing. */
  static final Succession NONE = new Succession(Map.of(), Map.of(), Map.of(), Map.of(), false);

  /**
   * A variable that is kept.
   *
   * @param address where it is
   * @param size in bytes
   */
  record KeptData(long address, long size) {}

  /** Pre-prune pass: refuses a variable that no longer fits into its storage. */
  void checkKept(LinkGraph graph) {
    if (kept.isEmpty()) {
      return;
    }
    for (Symbol symbol : graph.definedSymbols()) {
      KeptData data = symbol.scope() == Scope.LOCAL ? null : kept.get(symbol.name());
      if (data != null) {
        check(graph, symbol, data);
      }
    }
  }

  private static void check(LinkGraph graph, Symbol symbol, KeptData data) {
    long alignment = alignment(symbol);
    if (symbol.size() != data.size() || data.address() % alignment != 0) {
      throw new ReplacementRefusedException(
          ("%s: %s cannot keep its value: it has %d bytes at 0x%x, the new version wants %d bytes"
                  + " aligned to %d. Replace it with DataPolicy.REINITIALISE, or keep its type.")
              .formatted(
                  graph.name(),
                  symbol.name(),
                  data.size(),
                  data.address(),
                  symbol.size(),
                  alignment));
    }
  }

  /**
   * {@return the alignment that a variable may rely on} Object files know that of sections only: of
   * a variable among others it is at most what its place and its size allow.
   */
  private static long alignment(Symbol symbol) {
    long section = symbol.block().alignment();
    if (symbol.offset() == 0 && symbol.size() == symbol.block().size()) {
      return section;
    }
    long place = symbol.offset() == 0 ? section : Long.lowestOneBit(symbol.offset());
    return Math.min(section, Math.min(place, Math.max(1, Long.highestOneBit(symbol.size()))));
  }
}
