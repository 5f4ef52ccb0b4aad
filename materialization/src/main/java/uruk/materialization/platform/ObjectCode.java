package uruk.materialization.platform;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.dwarf.DebugSections;
import uruk.jitlink.dwarf.LineTable;
import uruk.jitlink.dwarf.SourceLocation;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.materialization.LinkedObject;

/**
 * Where the code of one linked object is. Functions and lines are read from the object file when
 * somebody asks for a place: nearly nobody ever does, and they are larger than the code.
 */
final class ObjectCode {
  private final LinkedObject object;
  private final PlacedBlocks blocks = new PlacedBlocks(section -> section.memProt().executable());
  private SoftReference<@Nullable Details> details = new SoftReference<>(null);

  /**
   * What the object file says of its functions, at their addresses in memory.
   *
   * @param functions by address
   */
  private record Details(NavigableMap<Long, Symbol> functions, @Nullable LineTable lines) {}

  ObjectCode(LinkedObject object) {
    this.object = object;
  }

  /** First pass: takes down the blocks in the order of the object file. */
  void remember(LinkGraph graph) {
    blocks.remember(graph);
  }

  /** Last pass: takes down where the blocks are in memory. */
  void place(LinkGraph graph) {
    blocks.place(graph);
  }

  /** {@return what is known of a place; null if it is not in this object} */
  @Nullable NativeFrame frame(long address, long meant) {
    if (object.segments().stream().noneMatch(segment -> segment.contains(meant))) {
      return null;
    }
    Details known = details();
    Symbol function = known == null ? null : function(known, meant);
    SourceLocation source = known == null ? null : line(known, meant);
    return function == null
        ? new NativeFrame(address, null, 0, object.name(), source, true)
        : new NativeFrame(
            address,
            function.name(),
            address - function.address(),
            function.block().file(),
            source,
            true);
  }

  private static @Nullable Symbol function(Details known, long address) {
    Map.Entry<Long, Symbol> floor = known.functions().floorEntry(address);
    if (floor == null) {
      return null;
    }
    Symbol function = floor.getValue();
    // Hand-written assembly often states no size.
    return function.size() == 0 || address < function.address() + function.size() ? function : null;
  }

  private static @Nullable SourceLocation line(Details known, long address) {
    try {
      return known.lines() == null ? null : known.lines().find(address).orElse(null);
    } catch (LinkException malformed) {
      return null; // Debug information that cannot be read is as good as none.
    }
  }

  private synchronized @Nullable Details details() {
    Details known = details.get();
    ObjectFile file = object.file();
    if (known == null && file != null) {
      known = read(file);
      details = new SoftReference<>(known);
    }
    return known;
  }

  /** Reads the object file again, now with its debug sections, and places its code as it is. */
  private Details read(ObjectFile file) {
    LinkGraph graph = graph(file);
    Set<Block> dropped = blocks.applyTo(graph);
    for (Section section : graph.sections()) {
      if (section.memLifetime() == MemLifetime.NO_ALLOC) {
        placeAtOffsets(section); // by which they refer to each other
      }
    }
    NavigableMap<Long, Symbol> functions = new TreeMap<>(Long::compareUnsigned);
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.hasName()
          && symbol.section().memProt().executable()
          && !dropped.contains(symbol.block())) {
        functions.merge(symbol.address(), symbol, (a, b) -> a.size() >= b.size() ? a : b);
      }
    }
    return new Details(functions, lines(graph));
  }

  private static void placeAtOffsets(Section section) {
    long offset = 0;
    for (Block block : section.blocks()) {
      block.setAddress(offset);
      offset += block.size();
    }
  }

  private static LinkGraph graph(ObjectFile file) {
    try {
      return file.linkGraph(Set.of(ReadOption.NON_ALLOC_SECTIONS));
    } catch (LinkException malformed) {
      return file.linkGraph(); // This much was linked; debug information is as good as none.
    }
  }

  private @Nullable LineTable lines(LinkGraph graph) {
    try {
      return LineTable.read(
          new DebugSections(
              object.name(),
              graph.target().pointerSize(),
              debugSection(graph, ".debug_line"),
              debugSection(graph, ".debug_line_str"),
              debugSection(graph, ".debug_str")));
    } catch (LinkException malformed) {
      return null; // Debug information that cannot be read is as good as none.
    }
  }

  private static ByteBuffer debugSection(LinkGraph graph, String name) {
    Section section = graph.findSection(name);
    if (section == null) {
      return ByteBuffer.allocate(0);
    }
    List<ByteBuffer> parts = new ArrayList<>();
    for (Block block : section.blocks()) {
      if (!block.zeroFill()) {
        parts.add(relocated(block));
      }
    }
    return parts.size() == 1 ? parts.getFirst() : joined(parts, graph.byteOrder());
  }

  private static ByteBuffer joined(List<ByteBuffer> parts, ByteOrder order) {
    ByteBuffer all =
        ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum()).order(order);
    parts.forEach(all::put);
    return all.flip();
  }

  private static ByteBuffer relocated(Block block) {
    ByteBuffer bytes = block.mutableContent();
    if (block.hasEdges()) {
      Edges edges = block.edges();
      for (int i = 0; i < edges.size(); i++) {
        Field field = edges.kind(i).field();
        if (field.size() > 0) {
          field.store(bytes, edges.offset(i), edges.target(i).address() + edges.addend(i));
        }
      }
    }
    return bytes;
  }
}
