package uruk.materialization;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.host.Demangler;

/** The places of an object that refer to symbols of other objects. */
final class SymbolReferences {
  private static final int PLACES = 3;

  private final String file;
  private final Set<String> wanted;
  private final Map<String, List<String>> places = new LinkedHashMap<>();
  private final Map<String, Integer> more = new LinkedHashMap<>();

  private SymbolReferences(String file, Set<String> wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /**
   * Finds references. The object is read again: its places are as its file has them, which the
   * graph that was being linked no longer knows.
   */
  static SymbolReferences of(ObjectFile file, Set<String> wanted) {
    SymbolReferences references = new SymbolReferences(file.name(), wanted);
    try {
      references.read(file.linkGraph());
    } catch (LinkException unreadable) {
      // The error to be explained is another one; it goes without places.
    }
    return references;
  }

  /** {@return the object's name} */
  String file() {
    return file;
  }

  /** {@return the names that were looked for} */
  Set<String> wanted() {
    return wanted;
  }

  /**
   * {@return where the object refers to a name, such as {@code main+0x5 (.text+0x5,
   * R_X86_64_PLT32)}}
   */
  List<String> places(String name) {
    List<String> found = new ArrayList<>(places.getOrDefault(name, List.of()));
    int unnamed = more.getOrDefault(name, 0);
    if (unnamed > 0) {
      found.add("and %d more %s".formatted(unnamed, unnamed == 1 ? "place" : "places"));
    }
    return found;
  }

  private void read(LinkGraph graph) {
    for (Section section : graph.sections()) {
      Map<Block, List<Symbol>> symbols = Map.of();
      for (Block block : section.blocks()) {
        if (block.hasEdges()) {
          List<Edge> edges = wantedEdges(block);
          if (!edges.isEmpty()) {
            symbols = symbols.isEmpty() ? section.symbolsByBlock() : symbols;
            List<Symbol> inside = symbols.getOrDefault(block, List.of());
            edges.forEach(edge -> add(block, edge, inside));
          }
        }
      }
    }
  }

  private List<Edge> wantedEdges(Block block) {
    List<Edge> found = new ArrayList<>(0);
    for (Edge edge : block.edges().asList()) {
      if (edge.target().external() && wanted.contains(edge.target().name())) {
        found.add(edge);
      }
    }
    return found;
  }

  private void add(Block block, Edge edge, List<Symbol> inside) {
    String name = edge.target().name();
    List<String> known = places.computeIfAbsent(name, _ -> new ArrayList<>());
    if (known.size() < PLACES) {
      known.add(place(block, edge, inside));
    } else {
      more.merge(name, 1, Integer::sum);
    }
  }

  private static String place(Block block, Edge edge, List<Symbol> inside) {
    Symbol owner = owner(edge.offset(), inside);
    String inSection = "%s+0x%x".formatted(block.section().name(), block.address() + edge.offset());
    String kind = relocation(block, edge.kind());
    if (owner == null) {
      return "%s (%s)".formatted(inSection, kind);
    }
    String demangled = Demangler.demangle(owner.name());
    return "%s+0x%x (%s, %s)"
        .formatted(
            demangled == null ? owner.name() : demangled,
            edge.offset() - owner.offset(),
            inSection,
            kind);
  }

  /** What the object file says; the kind itself where a graph was made without a file. */
  private static String relocation(Block block, EdgeKind kind) {
    Relocation relocation = block.section().graph().target().elfRelocation(kind);
    return relocation == null ? kind.llvmName() : relocation.name();
  }

  /** The function or variable around a place; a function without size reaches to the next one. */
  private static @Nullable Symbol owner(long offset, List<Symbol> inside) {
    Symbol nearest = null;
    for (Symbol symbol : inside) {
      boolean before = symbol.hasName() && symbol.offset() <= offset;
      boolean covers = symbol.size() == 0 || offset < symbol.offset() + symbol.size();
      if (before && covers && (nearest == null || nearest.offset() <= symbol.offset())) {
        nearest = symbol;
      }
    }
    return nearest;
  }
}
