package uruk.materialization;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.jitlink.Pass;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.SectionGroup;
import uruk.jitlink.graph.Symbol;
import uruk.orc.CommonExtent;

/**
 * Pre-prune pass that makes a graph obey the dylib's definition rules: definitions that lost become
 * references to the winners, groups that lost all go as a whole, and a common symbol gets the
 * largest extent that any object asked for.
 */
final class DefinitionRules implements Pass {
  private final Set<String> owned;
  private final Map<String, CommonExtent> commons;

  /**
   * @param owned the symbols that this object provides
   * @param commons the extents of common symbols
   */
  DefinitionRules(Set<String> owned, Map<String, CommonExtent> commons) {
    this.owned = owned;
    this.commons = commons;
  }

  @Override
  public void run(LinkGraph graph) {
    List<Symbol> lost = lost(graph);
    if (!lost.isEmpty()) {
      graph.discardGroups(lostGroups(graph, lost));
      for (Symbol symbol : lost) {
        if (symbol.defined() || symbol.absolute()) {
          graph.makeExternal(symbol);
        }
      }
    }
    if (!commons.isEmpty()) {
      growCommons(graph);
    }
  }

  private List<Symbol> lost(LinkGraph graph) {
    List<Symbol> lost = new ArrayList<>();
    graph.forEachDefinedSymbol(symbol -> addIfLost(symbol, lost));
    graph.absoluteSymbols().forEach(symbol -> addIfLost(symbol, lost));
    return lost;
  }

  private void addIfLost(Symbol symbol, List<Symbol> lost) {
    if (symbol.scope() != Scope.LOCAL && !owned.contains(symbol.name())) {
      lost.add(symbol);
    }
  }

  /**
   * {@return the groups that define nothing any more} Compilers group differently: GCC all variants
   * of a constructor, Clang each. A group that has lost one of its symbols may have others which
   * nobody else defines, and stays.
   */
  private Collection<SectionGroup> lostGroups(LinkGraph graph, List<Symbol> lost) {
    IdentityHashMap<Block, SectionGroup> groups = new IdentityHashMap<>();
    for (SectionGroup group : graph.groups()) {
      group.blocks().forEach(block -> groups.put(block, group));
    }
    Set<SectionGroup> without = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Symbol symbol : lost) {
      if (symbol.defined() && groups.containsKey(symbol.block())) {
        without.add(groups.get(symbol.block()));
      }
    }
    graph.forEachDefinedSymbol(symbol -> {
      if (symbol.scope() != Scope.LOCAL && owned.contains(symbol.name())) {
        without.remove(groups.get(symbol.block()));
      }
    });
    return without;
  }

  private void growCommons(LinkGraph graph) {
    for (Symbol symbol : graph.definedSymbols()) {
      CommonExtent extent = symbol.scope() == Scope.LOCAL ? null : commons.get(symbol.name());
      if (extent != null && symbol.block().zeroFill()) {
        Block block = symbol.block();
        if (extent.size() > block.size()) {
          block.setZeroFillSize(extent.size());
          symbol.setSize(extent.size());
        }
        if (extent.alignment() > block.alignment()) {
          block.setAlignment(extent.alignment(), 0);
        }
      }
    }
  }
}
