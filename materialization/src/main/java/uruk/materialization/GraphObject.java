package uruk.materialization;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import uruk.jitlink.DuplicateDefinitionException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.ObjectInterface.Kind;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;

/** A graph that somebody built, in the place of an object file. It can be linked once. */
record GraphObject(LinkGraph graph) implements ObjectFile {
  @Override
  public String name() {
    return graph.name();
  }

  @Override
  public long size() {
    return 0;
  }

  @Override
  public Target target() {
    return graph.target();
  }

  @Override
  public ObjectInterface symbols() {
    List<Definition> definitions = new ArrayList<>();
    graph.definedSymbols().forEach(symbol -> addDefinition(symbol, Kind.DEFINED, definitions));
    graph.absoluteSymbols().forEach(symbol -> addDefinition(symbol, Kind.ABSOLUTE, definitions));
    checkUnique(definitions);
    List<String> externals = graph.externalSymbols().stream().map(Symbol::name).toList();
    return new ObjectInterface(definitions, externals, List.of(), false);
  }

  private void checkUnique(List<Definition> definitions) {
    Set<String> names = HashSet.newHashSet(definitions.size());
    for (Definition definition : definitions) {
      if (!names.add(definition.name())) {
        throw new DuplicateDefinitionException(name(), definition.name());
      }
    }
  }

  private static void addDefinition(Symbol symbol, Kind kind, List<Definition> definitions) {
    if (symbol.scope() != Scope.LOCAL) {
      definitions.add(
          new Definition(
              symbol.name(),
              kind,
              symbol.linkage() == Linkage.WEAK,
              symbol.scope() == Scope.DEFAULT,
              symbol.callable(),
              symbol.size(),
              1,
              symbol.targetFlags()));
    }
  }

  @Override
  public LinkGraph linkGraph(Set<ReadOption> options) {
    return graph;
  }
}
