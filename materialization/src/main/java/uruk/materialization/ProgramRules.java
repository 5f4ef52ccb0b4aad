package uruk.materialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import uruk.jitlink.Pass;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;

/**
 * Pre-prune pass for a whole program: what nobody outside may ask for becomes local, so that it
 * goes unless something reaches it, and what the process has is taken from there.
 */
final class ProgramRules implements Pass {
  private final Set<String> roots;
  private final Set<String> inProcess;

  /**
   * @param roots what the program defines for others
   * @param inProcess what the link refers to the process's for
   */
  ProgramRules(Set<String> roots, Set<String> inProcess) {
    this.roots = roots;
    this.inProcess = inProcess;
  }

  @Override
  public void run(LinkGraph graph) {
    List<Symbol> elsewhere = new ArrayList<>(0);
    graph.forEachDefinedSymbol(symbol -> apply(symbol, elsewhere));
    graph.absoluteSymbols().forEach(symbol -> apply(symbol, elsewhere));
    elsewhere.forEach(graph::makeExternal);
  }

  private void apply(Symbol symbol, List<Symbol> elsewhere) {
    if (symbol.scope() == Scope.LOCAL) {
      return;
    }
    if (inProcess.contains(symbol.name())) {
      elsewhere.add(symbol);
    } else if (!roots.contains(symbol.name())) {
      symbol.setScope(Scope.LOCAL);
    }
  }
}
