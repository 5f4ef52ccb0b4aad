package uruk.jitlink.pass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Defines {@code __start_NAME} and {@code __stop_NAME}, which linkers provide for sections whose
 * name is a C identifier (GNU ld manual, "Input section basics"). One instance serves one link.
 */
public final class SectionBounds {
  private static final String START = "__start_";
  private static final String STOP = "__stop_";
  private static final Comparator<Block> BY_ADDRESS =
      (a, b) -> Long.compareUnsigned(a.address(), b.address());

  private final List<Symbol> bounds = new ArrayList<>(0);

  /** Makes the passes of one link. */
  public SectionBounds() {}

  /**
   * The pre-prune pass: turns the external symbols into defined ones, and keeps the section's
   * blocks alive together, since who knows the bounds uses all that is between.
   */
  public void define(LinkGraph graph) {
    for (Symbol symbol : List.copyOf(graph.externalSymbols())) {
      Section section = sectionOf(graph, symbol);
      if (section != null && !section.isEmpty()) {
        Block first = section.blocks().iterator().next();
        keepTogether(section, first);
        graph.makeDefined(symbol, first, 0, 0, Linkage.STRONG, Scope.LOCAL, false);
        bounds.add(symbol);
      }
    }
  }

  /** The post-allocation pass: moves the symbols to the section's real bounds. */
  public void place(LinkGraph graph) {
    for (Symbol symbol : bounds) {
      if (symbol.live() && symbol.defined()) {
        place(graph, symbol);
        symbol.setLive(false); // as LLVM's, which its linker defines behind dead-stripping
      }
    }
  }

  private static void place(LinkGraph graph, Symbol symbol) {
    Stream<Block> blocks = symbol.section().blocks().stream();
    if (symbol.name().startsWith(START)) {
      graph.transferSymbol(symbol, blocks.min(BY_ADDRESS).orElseThrow(), 0, 0);
    } else {
      Block last = blocks.max(BY_ADDRESS).orElseThrow();
      graph.transferSymbol(symbol, last, last.size(), 0);
    }
  }

  private static void keepTogether(Section section, Block first) {
    LinkGraph graph = section.graph();
    for (Block block : section.blocks()) {
      if (block != first) {
        Symbol whole = graph.addAnonymousSymbol(block, 0, block.size(), false, false);
        first.keepAlive(whole);
      }
    }
  }

  private static @Nullable Section sectionOf(LinkGraph graph, Symbol symbol) {
    String name = symbol.name();
    if (name.startsWith(START)) {
      return graph.findSection(name.substring(START.length()));
    }
    return name.startsWith(STOP) ? graph.findSection(name.substring(STOP.length())) : null;
  }
}
