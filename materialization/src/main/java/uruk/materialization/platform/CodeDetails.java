package uruk.materialization.platform;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkException;
import uruk.jitlink.dwarf.LineTable;
import uruk.jitlink.dwarf.SourceLocation;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;

/**
 * What the files of an object say of its code: functions and source lines, at their addresses in
 * memory. Lines are read file by file, when a place in a file's code is asked for. Thread-safe.
 */
final class CodeDetails {
  private final String object;
  private final LinkGraph graph;
  private final NavigableMap<Long, Block> code = new TreeMap<>(Long::compareUnsigned);
  private final NavigableMap<Long, Symbol> functions = new TreeMap<>(Long::compareUnsigned);
  private final Map<String, Optional<LineTable>> lines = new HashMap<>();

  /**
   * Details of a graph.
   *
   * @param object the object's name, for places that are in no file
   * @param graph with debug sections, if they could be read; its code is where it is in memory
   * @param dropped blocks that are not in memory
   */
  CodeDetails(String object, LinkGraph graph, Set<Block> dropped) {
    this.object = object;
    this.graph = graph;
    for (Block block : graph.blocks()) {
      if (block.section().memProt().executable() && !dropped.contains(block)) {
        code.put(block.address(), block);
      }
    }
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.hasName()
          && symbol.section().memProt().executable()
          && !dropped.contains(symbol.block())) {
        functions.merge(symbol.address(), symbol, (a, b) -> a.size() >= b.size() ? a : b);
      }
    }
  }

  /**
   * {@return what is known of a place}
   *
   * @param address is shown
   * @param meant is inside of the instruction
   */
  synchronized NativeFrame frame(long address, long meant) {
    Block block = block(meant);
    String file = block == null ? object : block.file();
    SourceLocation source = block == null ? null : line(file, meant);
    Symbol function = function(meant);
    return function == null
        ? new NativeFrame(address, null, 0, file, source, true)
        : new NativeFrame(
            address, function.name(), address - function.address(), file, source, true);
  }

  private @Nullable Block block(long address) {
    Map.Entry<Long, Block> floor = code.floorEntry(address);
    return floor != null && address - floor.getKey() < floor.getValue().size()
        ? floor.getValue()
        : null;
  }

  private @Nullable Symbol function(long address) {
    Map.Entry<Long, Symbol> floor = functions.floorEntry(address);
    if (floor == null) {
      return null;
    }
    Symbol function = floor.getValue();
    // Hand-written assembly often states no size.
    return function.size() == 0 || address < function.address() + function.size() ? function : null;
  }

  private @Nullable SourceLocation line(String file, long address) {
    try {
      return lines
          .computeIfAbsent(file, this::readLines)
          .flatMap(table -> table.find(address))
          .orElse(null);
    } catch (LinkException malformed) {
      return null; // Debug information that cannot be read is as good as none.
    }
  }

  private Optional<LineTable> readLines(String file) {
    try {
      return Optional.of(LineTable.read(FileDebugSections.read(graph, file)));
    } catch (LinkException malformed) {
      return Optional.empty(); // Debug information that cannot be read is as good as none.
    }
  }
}
