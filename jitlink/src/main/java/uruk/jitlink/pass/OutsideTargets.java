package uruk.jitlink.pass;

import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;

/**
 * Finds the edges that lead out of a graph, which few do. To ask each target whether it is defined
 * takes several times as long.
 */
public final class OutsideTargets {
  /** By the symbols' ordinals. */
  private final boolean[] outside;

  private OutsideTargets(boolean[] outside) {
    this.outside = outside;
  }

  /** {@return the symbols that a graph refers to now and does not define} */
  public static OutsideTargets of(LinkGraph graph) {
    boolean[] outside = new boolean[graph.symbolCount()];
    for (Symbol symbol : graph.externalSymbols()) {
      outside[symbol.ordinal()] = true;
    }
    for (Symbol symbol : graph.absoluteSymbols()) {
      outside[symbol.ordinal()] = true;
    }
    return new OutsideTargets(outside);
  }

  /** {@return the first edge from an index on that leads out of the graph, or their number} */
  public int next(Edges edges, int from) {
    return edges.nextTo(outside, from);
  }
}
