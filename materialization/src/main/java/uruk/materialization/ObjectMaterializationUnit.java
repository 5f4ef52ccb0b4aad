package uruk.materialization;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.graph.LinkGraph;
import uruk.orc.CommonExtent;
import uruk.orc.JITDylib;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/**
 * An object file that waits to be linked. A definition that loses against another object's cannot
 * be taken out of the file: the link turns it into a reference to the winner.
 */
final class ObjectMaterializationUnit extends MaterializationUnit {
  private final ObjectLinkingLayer layer;
  private final ObjectFile file;
  private final LinkedObject object;
  private final Map<String, CommonExtent> commons;

  /** Run by the link, unless a thread that reads ahead has come first. */
  private final FutureTask<LinkGraph> graph;

  private final Set<String> discarded = ConcurrentHashMap.newKeySet(0);

  private ObjectMaterializationUnit(
      ObjectLinkingLayer layer,
      ObjectFile file,
      LinkedObject object,
      FutureTask<LinkGraph> graph,
      Interface declared,
      Map<String, CommonExtent> commons) {
    super(declared);
    this.layer = layer;
    this.file = file;
    this.object = object;
    this.commons = commons;
    this.graph = graph;
  }

  /**
   * Makes the unit of an object file from its symbol table.
   *
   * @param graph reads the file; whoever comes first runs it
   * @param lost definitions that others provide; the link makes references of them
   */
  static ObjectMaterializationUnit of(
      ObjectLinkingLayer layer,
      ObjectFile file,
      LinkedObject object,
      FutureTask<LinkGraph> graph,
      Set<String> lost) {
    ObjectInterface symbols = file.symbols();
    SymbolMap.Builder flags = SymbolMap.builder(symbols.definitions().size());
    Map<String, CommonExtent> commons = new HashMap<>();
    for (ObjectInterface.Definition definition : symbols.definitions()) {
      if (lost.contains(definition.name())) {
        continue;
      }
      flags.put(definition.name(), 0, flagsOf(definition));
      if (definition.common()) {
        commons.put(definition.name(), new CommonExtent(definition.size(), definition.alignment()));
      }
    }
    String initSymbol = null;
    if (symbols.hasInitializers()) {
      // Nobody refers to the object's initializers: this is the name to have it linked by.
      initSymbol = file.name() + "$init" + object.ordinal();
      flags.put(initSymbol, 0, SymbolFlags.SIDE_EFFECTS_ONLY);
    }
    // The file's definitions have a name each; only the added one might be among them.
    SymbolMap names = initSymbol == null ? flags.buildUnique() : flags.build();
    Interface declared = new Interface(names.flags(), initSymbol);
    return new ObjectMaterializationUnit(layer, file, object, graph, declared, commons);
  }

  private static SymbolFlags flagsOf(ObjectInterface.Definition definition) {
    SymbolFlags flags = SymbolFlags.NONE;
    if (definition.common()) {
      flags = flags.with(SymbolFlags.COMMON);
    } else if (definition.weak()) {
      flags = flags.with(SymbolFlags.WEAK);
    }
    if (definition.kind() == ObjectInterface.Kind.ABSOLUTE) {
      flags = flags.with(SymbolFlags.ABSOLUTE);
    }
    if (definition.exported()) {
      flags = flags.with(SymbolFlags.EXPORTED);
    }
    if (definition.callable()) {
      flags = flags.with(SymbolFlags.CALLABLE);
    }
    return flags;
  }

  /** {@return the object file} */
  ObjectFile file() {
    return file;
  }

  /** {@return the definitions that have not lost against others'} */
  Set<String> definitions() {
    Set<String> names = new LinkedHashSet<>(declaredInterface().symbols().keySet());
    names.removeAll(discarded);
    return names;
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  protected void materialize(MaterializationResponsibility responsibility) {
    graph.run();
    layer.link(file, graph, object, responsibility, commons);
  }

  @Override
  protected void discard(JITDylib dylib, String name) {
    // The link finds out from its responsibility which definitions are left.
    discarded.add(name);
  }

  @Override
  protected @Nullable CommonExtent commonExtent(String name) {
    return commons.get(name);
  }

  @Override
  protected void commonMerged(JITDylib dylib, String name, CommonExtent merged) {
    commons.put(name, merged);
  }
}
