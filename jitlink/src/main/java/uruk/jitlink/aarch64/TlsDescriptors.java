package uruk.jitlink.aarch64;

import static uruk.jitlink.aarch64.AArch64EdgeKind.*;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Makes the descriptors of thread-local variables, with LLVM's layout: a descriptor is the resolver
 * {@code __tlsdesc_resolver}, which is external, and the address of two words for it, a key that
 * the runtime fills and the address of the variable's initial image.
 */
final class TlsDescriptors {
  private static final String RESOLVER = "__tlsdesc_resolver";
  private static final String DESCRIPTORS = "$__TLSDESC";
  private static final String ARGUMENTS = "$__TLSINFO";
  private static final int WORD = 8;
  private static final int PAIR = 2 * WORD;
  private static final long ADDRESS = -PAIR; // after what an object file brought

  private final LinkGraph graph;
  private final Map<Symbol, Symbol> descriptors = new HashMap<>();

  private TlsDescriptors(LinkGraph graph) {
    this.graph = graph;
  }

  /** Makes what a graph's edges ask for and turns these edges to it. */
  static void build(LinkGraph graph) {
    TlsDescriptors builder = new TlsDescriptors(graph);
    for (Block block : graph.blocks()) {
      if (block.hasEdges()) {
        builder.visit(block.edges());
      }
    }
  }

  private void visit(Edges edges) {
    if (!edges.mayContain(REQUEST_TLS_DESCRIPTOR_PAGE21)
        && !edges.mayContain(REQUEST_TLS_DESCRIPTOR_PAGE_OFFSET12)
        && !edges.mayContain(REQUEST_TLS_DESCRIPTOR_PAGE_OFFSET12_OF_64)) {
      return;
    }
    for (int i = 0, size = edges.size(); i < size; i++) {
      EdgeKind transformed = transformed(edges.kind(i));
      if (transformed != null) {
        edges.set(i, transformed, descriptor(edges.target(i)));
      }
    }
  }

  private static @Nullable EdgeKind transformed(EdgeKind kind) {
    if (kind == REQUEST_TLS_DESCRIPTOR_PAGE21) {
      return PAGE21;
    }
    if (kind == REQUEST_TLS_DESCRIPTOR_PAGE_OFFSET12) {
      return PAGE_OFFSET12;
    }
    return kind == REQUEST_TLS_DESCRIPTOR_PAGE_OFFSET12_OF_64 ? PAGE_OFFSET12_OF_64 : null;
  }

  private Symbol descriptor(Symbol variable) {
    Symbol existing = descriptors.get(variable);
    if (existing != null) {
      return existing;
    }
    Block descriptor = pair(DESCRIPTORS);
    descriptor.addEdge(POINTER64, 0, resolver(), 0);
    descriptor.addEdge(POINTER64, WORD, argument(variable), 0);
    // Its size, and the resolver's, are one word in LLVM's dumps.
    Symbol created = graph.addAnonymousSymbol(descriptor, 0, WORD, false, false);
    descriptors.put(variable, created);
    return created;
  }

  private Symbol argument(Symbol variable) {
    Block argument = pair(ARGUMENTS);
    argument.addEdge(POINTER64, WORD, variable, 0);
    return graph.addAnonymousSymbol(argument, 0, PAIR, false, false);
  }

  private Block pair(String sectionName) {
    Section found = graph.findSection(sectionName);
    Section section = found != null ? found : graph.createSection(sectionName, MemProt.READ);
    return graph.createMutableContentBlock(section, PAIR, ADDRESS, WORD, 0);
  }

  private Symbol resolver() {
    Symbol existing = graph.findExternalSymbol(RESOLVER);
    return existing != null ? existing : graph.addExternalSymbol(RESOLVER, WORD, false);
  }
}
