package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.Pass;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.pass.FarReferences;

/**
 * Pre-fixup pass of {@link BindingPolicy#PATCH}: branches to other objects' functions whose field
 * can be rewritten by one store lead to the code itself, not to its entry.
 */
final class DirectBranches implements Pass {
  private final InProcessMemoryManager memory;
  private final boolean enabled;
  private final Map<Long, Bound> bound = new HashMap<>(0);

  /**
   * A function that branches were bound to.
   *
   * @param symbol its name
   * @param entry its canonical address
   * @param code where it was when the branches were bound
   */
  record Bound(String symbol, long entry, long code) {}

  DirectBranches(InProcessMemoryManager memory, boolean enabled) {
    this.memory = memory;
    this.enabled = enabled;
  }

  @Override
  public void run(LinkGraph graph) {
    if (!enabled) {
      return;
    }
    Map<Symbol, Symbol> direct = new HashMap<>();
    for (Block block : graph.blocks()) {
      if (block.hasEdges() && block.section().memProt().executable()) {
        lead(graph, block, direct);
      }
    }
  }

  private void lead(LinkGraph graph, Block block, Map<Symbol, Symbol> direct) {
    Edges edges = block.edges();
    for (int i = 0, size = edges.size(); i < size; i++) {
      Symbol target = edges.target(i);
      long site = block.address() + edges.offset(i);
      if (target.external()
          && graph.target().branches(edges.kind(i))
          && ReferencePatches.inOneWord(site, edges.kind(i))
          && memory.isEntry(target.address())
          && memory.canPatch(block.section().memProt(), site)) {
        Symbol code = direct.computeIfAbsent(target, symbol -> codeSymbol(graph, symbol));
        if (!FarReferences.far(block, code)) {
          edges.setTarget(i, code);
        }
      }
    }
  }

  private Symbol codeSymbol(LinkGraph graph, Symbol function) {
    long entry = function.address();
    long code = memory.entryTarget(entry);
    if (memory.ownsCode(code)) {
      bound.put(entry, new Bound(function.name(), entry, code));
    } else {
      code = entry; // It leads out of reach, or nowhere.
    }
    return graph.addAbsoluteSymbol(function.name(), code, 0, Linkage.STRONG, Scope.LOCAL, true);
  }

  /** {@return the functions whose code is bound directly} */
  List<Bound> bound() {
    return new ArrayList<>(bound.values());
  }
}
