package uruk.tools.jitlink;

import java.util.Set;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;

/** An object whose definitions no other JITDylib may see. */
record HiddenObject(ObjectFile file) implements ObjectFile {

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public Target target() {
    return file.target();
  }

  @Override
  public ObjectInterface symbols() {
    ObjectInterface symbols = file.symbols();
    return new ObjectInterface(
        symbols.definitions().stream().map(HiddenObject::hidden).toList(),
        symbols.externals(),
        symbols.groups(),
        symbols.hasInitializers());
  }

  private static Definition hidden(Definition definition) {
    return new Definition(
        definition.name(),
        definition.kind(),
        definition.weak(),
        false,
        definition.callable(),
        definition.size(),
        definition.alignment(),
        definition.targetFlags());
  }

  @Override
  public LinkGraph linkGraph(Set<ReadOption> options) {
    LinkGraph graph = file.linkGraph(options);
    graph.definedSymbols().forEach(HiddenObject::hide);
    graph.absoluteSymbols().forEach(HiddenObject::hide);
    return graph;
  }

  private static void hide(Symbol symbol) {
    if (symbol.scope() == Scope.DEFAULT) {
      symbol.setScope(Scope.HIDDEN);
    }
  }
}
