package uruk.jitlink.aarch64;

import static uruk.jitlink.aarch64.AArch64EdgeKind.*;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.ThreadLocalLayout;

/**
 * Makes the words of the initial-exec model: the distances of thread-local variables from the
 * thread pointer. They are those of a program that consists of the graph alone, as a static link
 * gives them: the image follows the thread control block of two words (aaelf64, section 5.7.11,
 * {@code TPREL}; Drepper, "ELF Handling For Thread-Local Storage", variant I). A platform that
 * gives objects storage elsewhere takes the edges out before this.
 */
final class ThreadPointerOffsets {
  private static final String SECTION = "$__TLSOFFSET";
  private static final int WORD = 8;
  private static final long CONTROL_BLOCK = 2 * WORD;
  private static final long ADDRESS = -WORD; // after what an object file brought

  private final LinkGraph graph;
  private final Map<Symbol, Symbol> words = new HashMap<>();
  private @Nullable ThreadLocalLayout layout;

  private ThreadPointerOffsets(LinkGraph graph) {
    this.graph = graph;
  }

  /**
   * Post-prune pass: makes what a graph's edges ask for and turns these edges to it.
   *
   * @throws UnsupportedObjectException if a variable that is defined is not thread-local
   */
  static void build(LinkGraph graph) {
    ThreadPointerOffsets builder = new ThreadPointerOffsets(graph);
    for (Block block : graph.blocks()) {
      if (block.hasEdges()) {
        builder.visit(block.edges());
      }
    }
  }

  /**
   * Pre-fixup pass: where a variable of another object lies is not known, other than that of one
   * that is missing.
   *
   * @throws UnsupportedObjectException if a graph refers to a variable that others define
   */
  static void refuseForeign(LinkGraph graph) {
    Section section = graph.findSection(SECTION);
    if (section == null) {
      return;
    }
    for (Block word : section.blocks()) {
      if (word.hasEdges() && word.edges().target(0).address() != 0) {
        throw refusal(
            graph,
            "the variable " + word.edges().target(0).name() + " of another object",
            "Its place is known to a platform only; compile with -fPIC, so that it is asked for"
                + " when the program runs.");
      }
    }
  }

  private static UnsupportedObjectException refusal(LinkGraph graph, String what, String remedy) {
    return new UnsupportedObjectException(
        graph.name(), "an initial-exec thread-local reference to " + what, remedy);
  }

  private void visit(Edges edges) {
    if (!edges.mayContain(REQUEST_TLS_OFFSET_PAGE21)
        && !edges.mayContain(REQUEST_TLS_OFFSET_PAGE_OFFSET12)) {
      return;
    }
    for (int i = 0, size = edges.size(); i < size; i++) {
      EdgeKind kind = edges.kind(i);
      if (kind == REQUEST_TLS_OFFSET_PAGE21) {
        edges.set(i, PAGE21, word(edges.target(i)));
      } else if (kind == REQUEST_TLS_OFFSET_PAGE_OFFSET12) {
        edges.set(i, PAGE_OFFSET12_OF_64, word(edges.target(i)));
      }
    }
  }

  private Symbol word(Symbol variable) {
    Symbol existing = words.get(variable);
    if (existing != null) {
      return existing;
    }
    Section found = graph.findSection(SECTION);
    Section section = found != null ? found : graph.createSection(SECTION, MemProt.READ);
    Block word = graph.createMutableContentBlock(section, WORD, ADDRESS, WORD, 0);
    if (variable.external()) {
      word.addEdge(POINTER64, 0, variable, 0);
    } else {
      word.content().putLong(word.contentOffset(), distance(variable));
    }
    Symbol created = graph.addAnonymousSymbol(word, 0, WORD, false, false);
    words.put(variable, created);
    return created;
  }

  private long distance(Symbol variable) {
    ThreadLocalLayout image = layout;
    if (image == null) {
      image = ThreadLocalLayout.of(graph);
      layout = image;
    }
    Long offset = variable.addressable() instanceof Block block ? image.offset(block) : null;
    if (offset == null) {
      throw refusal(graph, variable.name() + ", an ordinary variable", "Recompile it.");
    }
    long begin = CONTROL_BLOCK + image.alignment() - 1 & -image.alignment();
    return begin + offset + variable.offset();
  }
}
