package uruk.materialization.platform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Takes the functions of one link down, local ones included, which pruning takes from the graph
 * though their code stays.
 */
final class LinkedFunctions {
  private record Place(String name, Block block, long offset, long size) {}

  private final List<Place> places = new ArrayList<>();
  private List<NativeFunction> functions = List.of();

  /** First pass: takes the names down. */
  void remember(LinkGraph graph) {
    for (Section section : graph.sections()) {
      if (section.memProt().executable()) {
        for (Map.Entry<Block, List<Symbol>> entry : section.symbolsByBlock().entrySet()) {
          addAll(entry.getKey(), entry.getValue());
        }
      }
    }
  }

  /** Hand-written assembly often states no size: such a function ends where the next one begins. */
  private void addAll(Block block, List<Symbol> symbols) {
    List<Symbol> named =
        symbols.stream()
            .filter(Symbol::hasName)
            .sorted(Comparator.comparingLong(Symbol::offset))
            .toList();
    long end = block.size();
    for (Symbol symbol : named.reversed()) {
      long size = symbol.size() > 0 ? symbol.size() : end - symbol.offset();
      if (size > 0) {
        places.add(new Place(symbol.name(), block, symbol.offset(), size));
      }
      end = symbol.offset();
    }
  }

  /** Last pass: takes the addresses down. */
  void place(LinkGraph graph) {
    Set<Block> linked = new HashSet<>();
    for (Section section : graph.sections()) {
      if (section.memProt().executable()) {
        linked.addAll(section.blocks());
      }
    }
    functions =
        places.stream()
            .filter(place -> linked.contains(place.block()))
            .map(place ->
                new NativeFunction(
                    NativeFunction.readable(place.name()),
                    place.block().address() + place.offset(),
                    place.size()))
            .toList();
    places.clear();
  }

  /** {@return the functions that were linked; empty before the link's end} */
  List<NativeFunction> functions() {
    return functions;
  }
}
