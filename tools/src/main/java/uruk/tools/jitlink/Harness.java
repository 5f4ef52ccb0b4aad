package uruk.tools.jitlink;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.ObjectInterface.Kind;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;

/**
 * Objects that test other objects ({@code -harness}): they reach local functions of the tested
 * objects, and what they define takes the place of the tested objects' own.
 */
final class Harness {
  private final Set<String> externals = new HashSet<>();
  private final Set<String> definitions = new HashSet<>();

  /** Takes an object of the harness. */
  void add(ObjectFile file) {
    ObjectInterface symbols = file.symbols();
    externals.addAll(symbols.externals());
    symbols.definitions().forEach(definition -> definitions.add(definition.name()));
  }

  /** {@return whether there is a harness} */
  boolean isPresent() {
    return !externals.isEmpty() || !definitions.isEmpty();
  }

  /** {@return a tested object as the harness wants it} */
  ObjectFile tested(ObjectFile file) {
    return new Tested(file, this);
  }

  private boolean promotes(Symbol symbol) {
    return symbol.scope() == Scope.LOCAL && externals.contains(symbol.name());
  }

  private record Tested(ObjectFile file, Harness harness) implements ObjectFile {

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

    /** What is not listed here is taken from others by the link. */
    @Override
    public ObjectInterface symbols() {
      ObjectInterface symbols = file.symbols();
      List<Definition> listed = new ArrayList<>(symbols.definitions());
      listed.removeIf(definition -> harness.definitions.contains(definition.name()));
      Set<String> names = new HashSet<>();
      listed.forEach(definition -> names.add(definition.name()));
      for (Symbol symbol : file.linkGraph().definedSymbols()) {
        if (harness.promotes(symbol) && names.add(symbol.name())) {
          listed.add(promoted(symbol));
        }
      }
      return new ObjectInterface(
          listed, symbols.externals(), symbols.groups(), symbols.hasInitializers());
    }

    private static Definition promoted(Symbol symbol) {
      return new Definition(
          symbol.name(),
          Kind.DEFINED,
          symbol.linkage() == Linkage.WEAK,
          true,
          symbol.callable(),
          symbol.size(),
          1,
          symbol.targetFlags());
    }

    @Override
    public LinkGraph linkGraph(Set<ReadOption> options) {
      LinkGraph graph = file.linkGraph(options);
      Set<String> names = new HashSet<>();
      for (Symbol symbol : graph.definedSymbols()) {
        if (harness.promotes(symbol) && names.add(symbol.name())) {
          symbol.setScope(Scope.DEFAULT);
        }
      }
      return graph;
    }
  }
}
