package uruk.materialization;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;
import uruk.jitlink.memory.InProcessMemoryManager;

/**
 * The entries of one object's functions. A function's entry is its canonical address, in its own
 * object too, so that pointers to it compare equal wherever they come from and go on working when
 * the function is replaced. Calls inside of the object stay direct.
 */
final class FunctionEntries {
  /** Frame descriptions speak of the code itself. */
  private static final Set<String> ABOUT_CODE = Set.of(".eh_frame");

  private final InProcessMemoryManager memory;
  private final Map<String, Long> adopted;
  private final List<Symbol> functions = new ArrayList<>();
  private @Nullable IdentityHashMap<Symbol, Integer> positions;
  private long[] entries = {};
  private long[] created = {};

  /**
   * @param adopted entries that functions of these names have from before; they are not redirected
   *     by the link
   */
  FunctionEntries(InProcessMemoryManager memory, Map<String, Long> adopted) {
    this.memory = memory;
    this.adopted = adopted;
  }

  /** Post-prune pass: makes the entries and leads every taking of an address to them. */
  void create(LinkGraph graph) {
    for (Symbol symbol : graph.definedSymbols()) {
      if (isFunction(symbol)) {
        functions.add(symbol);
      }
    }
    if (functions.isEmpty()) {
      return;
    }
    takeEntries();
    IdentityHashMap<Symbol, Symbol> canonical = new IdentityHashMap<>();
    for (Section section : graph.sections()) {
      if (section.memLifetime() != MemLifetime.NO_ALLOC && !ABOUT_CODE.contains(section.name())) {
        for (Block block : section.blocks()) {
          if (block.hasEdges()) {
            lead(graph, block.edges(), canonical);
          }
        }
      }
    }
  }

  /** Functions that adopt an entry come after those for which one is made. */
  private void takeEntries() {
    List<Symbol> adopting = new ArrayList<>(0);
    if (!adopted.isEmpty()) {
      functions.stream().filter(this::adopts).forEach(adopting::add);
      functions.removeIf(this::adopts);
    }
    created = memory.createEntries(functions.size());
    entries = Arrays.copyOf(created, created.length + adopting.size());
    for (Symbol symbol : adopting) {
      entries[functions.size()] = adopted.getOrDefault(symbol.name(), 0L);
      functions.add(symbol);
    }
  }

  private boolean adopts(Symbol function) {
    return adopted.containsKey(function.name());
  }

  /** {@return how many entries the link has made} */
  int created() {
    return created.length;
  }

  private void lead(LinkGraph graph, Edges edges, IdentityHashMap<Symbol, Symbol> canonical) {
    Target target = graph.target();
    for (int i = 0, size = edges.size(); i < size; i++) {
      Symbol function = edges.target(i);
      if (isFunction(function) && target.takesAddress(edges.kind(i), edges.addend(i))) {
        edges.setTarget(
            i, canonical.computeIfAbsent(function, symbol -> entrySymbol(graph, symbol)));
      }
    }
  }

  private Symbol entrySymbol(LinkGraph graph, Symbol function) {
    return graph.addAbsoluteSymbol(
        function.name() + "$entry", entry(function, 0), 0, Linkage.STRONG, Scope.LOCAL, true);
  }

  /** Only functions that others can name have an entry. */
  private static boolean isFunction(Symbol symbol) {
    return symbol.callable() && symbol.defined() && symbol.scope() != Scope.LOCAL;
  }

  /**
   * {@return the entry of a function; 0 if the symbol has none}
   *
   * @param guess how many functions of the graph come before it, if that is known: saves a search
   */
  long entry(Symbol symbol, int guess) {
    if (!isFunction(symbol)) {
      return 0;
    }
    if (guess < functions.size() && functions.get(guess) == symbol) {
      return entries[guess];
    }
    Integer position = positions().get(symbol);
    return position == null ? 0 : entries[position];
  }

  private IdentityHashMap<Symbol, Integer> positions() {
    IdentityHashMap<Symbol, Integer> built = positions;
    if (built == null) {
      built = new IdentityHashMap<>(functions.size());
      for (int i = 0; i < functions.size(); i++) {
        built.put(functions.get(i), i);
      }
      positions = built;
    }
    return built;
  }

  /** Makes the new entries lead to the code, whose addresses are final. */
  void open() {
    long[] code = new long[created.length];
    for (int i = 0; i < code.length; i++) {
      code[i] = functions.get(i).address();
    }
    memory.redirectEntries(created, code);
  }

  /** Gives the entries of a link that failed back. */
  void release() {
    memory.releaseEntries(created);
    created = new long[0];
  }
}
