package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one emission, their names resolved to symbols. While there are groups to come, a
 * symbol is in one if it has a node.
 */
final class GroupedDependences {
  /** How many groups the search finds the needs of at a time. */
  private static final int BATCH = 32;

  private final Definition definition;
  private final DependenceSearch search;
  private final List<DependenceNode> nodes;
  private final List<SymbolEntry> symbols = new ArrayList<>(1);
  private final FoundSymbols.Stale stale;
  private @Nullable UnsatisfiedGroups unsatisfied;
  private boolean needsOthers;

  private GroupedDependences(Definition definition, int size) {
    this.definition = definition;
    this.search = new DependenceSearch(definition.dylib().session());
    this.stale = definition.staleFinds();
    this.nodes = new ArrayList<>(size);
  }

  /** {@return the groups; if they are refused, no symbol has changed} */
  static GroupedDependences of(Definition definition, List<SymbolDependenceGroup> groups) {
    GroupedDependences grouped = new GroupedDependences(definition, groups.size());
    try {
      for (int at = 0; at < groups.size(); at += BATCH) {
        grouped.addAll(groups.subList(at, Math.min(at + BATCH, groups.size())));
      }
    } catch (IllegalArgumentException refusal) {
      grouped.dissolveAll();
      throw refusal;
    }
    return grouped;
  }

  private void dissolveAll() {
    for (SymbolEntry symbol : definition.entries()) {
      if (definition.isResponsibleFor(symbol) && symbol.node != null) {
        symbol.node.dissolve();
      }
    }
  }

  private void addAll(List<SymbolDependenceGroup> groups) {
    search.find(groups);
    for (int at = 0; at < groups.size(); at++) {
      if (!groups.get(at).symbols().isEmpty()) {
        add(groups.get(at), search.begin(at), search.end(at));
      }
    }
  }

  /** Adds a group, whose needs the search has found between two positions. */
  private void add(SymbolDependenceGroup group, int begin, int end) {
    DependenceNode node = nodeOf(group.symbols());
    boolean satisfied = true;
    for (int at = begin; at < end; at++) {
      satisfied &= addDependency(node, at);
    }
    if (satisfied) {
      nodes.add(node);
    } else {
      unsatisfied().add(node);
    }
  }

  private DependenceNode nodeOf(Set<String> names) {
    symbols.clear();
    for (Object name : names) { // a String, but not cast, which would touch it
      SymbolEntry symbol = Emission.responsibility(definition, name, nodes.size());
      if (symbol.node != null) {
        throw new IllegalArgumentException(
            "%s of %s is in two dependence groups".formatted(name, definition));
      }
      symbols.add(symbol);
    }
    return new DependenceNode(symbols);
  }

  /**
   * Returns whether the dependency can still become ready; the group's own symbols are no
   * dependency.
   */
  private boolean addDependency(DependenceNode node, int at) {
    JITDylib dylib = search.dylibAt(at);
    SymbolEntry dependency = search.foundAt(at);
    FailedToMaterializeException failure = dependency == null ? null : dependency.failure();
    if (dependency == null || failure != null || isAnother(dylib, dependency)) {
      unsatisfied().addReason(dylib, search.nameAt(at), failure);
      return false;
    }
    if (dependency.node != node) {
      definition.dylib().session().countStep();
      node.dependOn(dependency);
      needsOthers |=
          !definition.isResponsibleFor(dependency) && dependency.state() != SymbolState.READY;
    }
    return true;
  }

  /** {@return whether the unit found a definition of that name that has made place for this one} */
  private boolean isAnother(JITDylib dylib, SymbolEntry dependency) {
    return dependency.owner != definition && stale.isAnother(dylib, dependency);
  }

  private UnsatisfiedGroups unsatisfied() {
    if (unsatisfied == null) {
      unsatisfied = new UnsatisfiedGroups();
    }
    return unsatisfied;
  }

  /** Symbols that cannot become ready go back to their responsibility, which must fail them. */
  void releaseUnsatisfied() {
    if (unsatisfied != null) {
      unsatisfied.dissolve();
    }
  }

  /** {@return whether all that the groups need is ready or emitted with them, as it mostly is} */
  boolean needNothingElse() {
    return !needsOthers && unsatisfied == null;
  }

  List<DependenceNode> nodes() {
    return nodes;
  }

  void throwIfUnsatisfied() {
    if (unsatisfied != null) {
      throw unsatisfied.exception(definition.dylib());
    }
  }
}
