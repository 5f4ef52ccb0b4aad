package uruk.materialization;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;

/** Finds out which blocks of variables a new version of an object takes over as a whole. */
final class DataAdoption {
  private DataAdoption() {}

  /** {@return all blocks of a version that is linked again from the same file} */
  static Map<Integer, Long> all(LinkResult before) {
    Map<Integer, Long> adopted = new HashMap<>();
    long[] addresses = before.dataBlocks().addresses();
    for (int i = 0; i < addresses.length; i++) {
      if (addresses[i] != 0) {
        adopted.put(i, addresses[i]);
      }
    }
    return adopted;
  }

  /**
   * {@return the blocks of the local variables that a plan keeps}
   *
   * @throws ReplacementRefusedException if one of them has not its place alone, or has changed
   */
  static Map<Integer, Long> local(
      LinkedObject current, @Nullable LinkResult before, ObjectFile file, DataPlan plan) {
    Map<Integer, Long> adopted = new HashMap<>();
    List<String> names =
        plan.exceptions().keySet().stream()
            .filter(plan::mustKeep)
            .filter(name -> before != null && before.symbols().indexOf(name) < 0)
            .sorted()
            .toList();
    if (names.isEmpty() || before == null) {
      return adopted;
    }
    ObjectFile old = current.file();
    if (old == null) {
      throw new ReplacementRefusedException(
          ("%s: the local variables %s cannot be kept: the file that the version was linked from is"
                  + " not in memory. Call ObjectLinkingLayer.keepFiles before adding objects.")
              .formatted(current, names));
    }
    LinkGraph oldGraph = old.linkGraph();
    LinkGraph newGraph = file.linkGraph();
    List<Block> oldBlocks = DataBlocks.of(oldGraph);
    List<Block> newBlocks = DataBlocks.of(newGraph);
    for (String name : names) {
      Symbol from = find(oldGraph, name, current.name());
      Symbol to = find(newGraph, name, file.name());
      check(name, from, contents(oldGraph, from.block()), contents(newGraph, to.block()));
      long address = before.dataBlocks().addresses()[oldBlocks.indexOf(from.block())];
      if (address % to.block().alignment() != 0) {
        throw new ReplacementRefusedException(
            "%s: %s cannot be kept at 0x%x: the new version wants it aligned to %d."
                .formatted(current, name, address, to.block().alignment()));
      }
      adopted.put(newBlocks.indexOf(to.block()), address);
    }
    return adopted;
  }

  private static Symbol find(LinkGraph graph, String name, String object) {
    List<Symbol> found =
        graph.definedSymbols().stream()
            .filter(symbol -> symbol.scope() == Scope.LOCAL && symbol.name().equals(name))
            .filter(symbol -> DataBlocks.of(graph).contains(symbol.block()))
            .toList();
    if (found.size() != 1) {
      throw new ReplacementRefusedException(
          "%s has %s local variable %s to be kept; nm(1) shows the names."
              .formatted(object, found.isEmpty() ? "no" : "more than one", name));
    }
    return found.getFirst();
  }

  /** {@return what is in a block, with sizes, by offset and name} */
  private static Map<String, Long> contents(LinkGraph graph, Block block) {
    Map<String, Long> contents = new TreeMap<>();
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.block() == block && symbol.hasName() && symbol.size() > 0) {
        contents.put("%s at 0x%x".formatted(symbol.name(), symbol.offset()), symbol.size());
      }
    }
    return contents;
  }

  private static void check(
      String name, Symbol from, Map<String, Long> before, Map<String, Long> after) {
    if (!before.equals(after)) {
      throw new ReplacementRefusedException(
          ("%s cannot be kept: its section %s held (with sizes) %s and would hold %s. Compile with"
                  + " -fdata-sections, so that each variable has a section, and keep its type.")
              .formatted(name, from.section().name(), before, after));
    }
  }
}
