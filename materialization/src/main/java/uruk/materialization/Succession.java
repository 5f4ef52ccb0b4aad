package uruk.materialization;

import java.util.Map;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;

/**
 * What a new version of an object takes over from what it replaces.
 *
 * @param entries the entries of functions, by name
 * @param kept variables whose storage the new version adopts, by name
 */
record Succession(Map<String, Long> entries, Map<String, KeptData> kept) {
  /** Of an object that replaces nothing. */
  static final Succession NONE = new Succession(Map.of(), Map.of());

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
    long alignment = symbol.block().alignment();
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
}
