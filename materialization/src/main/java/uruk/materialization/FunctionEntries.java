package uruk.materialization;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;

/**
 * The entries of one object's functions. A function's entry is its canonical address, in its own
 * object too, so that pointers to it compare equal wherever they come from and go on working when
 * the function is replaced. Calls inside of the object stay direct.
 *
 * <p>Functions that others can name have one; local functions have one if their address is taken.
 */
final class FunctionEntries {
  /**
   * Frame descriptions speak of the code itself, and initializers of a new version run before its
   * entries lead to it.
   */
  private static final Set<String> ABOUT_CODE =
      Set.of(".eh_frame", ".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors");

  private final EntryCounts counts;
  private final Map<String, Long> adopted;
  private final Map<String, Long> adoptedLocal;
  private final List<Symbol> functions = new ArrayList<>();
  private long[] entries = {};
  private int[] positions = {}; // in both, from 1 on, by the symbol's ordinal
  private boolean lowAddresses;
  private int created;
  private @Nullable LocalFunctions locals;

  /** The local functions whose address is taken, in the order of their entries. */
  private final Map<Symbol, Long> local = new HashMap<>(0);

  /**
   * @param adopted entries that functions of these names have from before; they are not redirected
   *     by the link
   * @param adoptedLocal the same for local functions
   */
  FunctionEntries(EntryCounts counts, Map<String, Long> adopted, Map<String, Long> adoptedLocal) {
    this.counts = counts;
    this.adopted = adopted;
    this.adoptedLocal = adoptedLocal;
  }

  /** Pre-prune pass: takes down the local functions, whose symbols are pruned. */
  void remember(LinkGraph graph) {
    locals = LocalFunctions.of(graph);
  }

  /** Post-prune pass: makes the entries and leads every taking of an address to them. */
  void create(LinkGraph graph) {
    lowAddresses = counts.memory().needsLowAddresses(graph);
    graph.forEachDefinedSymbol(symbol -> {
      if (isFunction(symbol)) {
        functions.add(symbol);
      }
    });
    LocalFunctions known = locals;
    if (known == null || (functions.isEmpty() && known.isEmpty())) {
      return;
    }
    takeEntries();
    positions = new int[graph.symbolCount()];
    for (int i = 0; i < functions.size(); i++) {
      positions[functions.get(i).ordinal()] = i + 1;
    }
    Leader leader = new Leader(graph, known);
    for (Section section : graph.sections()) {
      if (section.memLifetime() != MemLifetime.NO_ALLOC && !isAboutCode(section)) {
        for (Block block : section.blocks()) {
          if (block.hasEdges()) {
            leader.lead(block);
          }
        }
      }
    }
  }

  /** The priority of an initializer follows the section's name. */
  private static boolean isAboutCode(Section section) {
    if (section.memProt().executable()) {
      return false;
    }
    String name = section.name();
    int priority = name.indexOf('.', 1);
    return ABOUT_CODE.contains(priority < 0 ? name : name.substring(0, priority));
  }

  /** Functions that adopt an entry come after those for which one is made. */
  private void takeEntries() {
    List<Symbol> adopting = new ArrayList<>(0);
    if (!adopted.isEmpty()) {
      functions.stream().filter(this::adopts).forEach(adopting::add);
      functions.removeIf(this::adopts);
    }
    long[] made = counts.memory().createEntries(functions.size(), lowAddresses);
    created = made.length;
    entries = Arrays.copyOf(made, created + adopting.size());
    for (Symbol symbol : adopting) {
      long entry = adopted.getOrDefault(symbol.name(), 0L);
      counts.retain(entry);
      entries[functions.size()] = entry;
      functions.add(symbol);
    }
  }

  private boolean adopts(Symbol function) {
    return adopted.containsKey(function.name());
  }

  /** {@return how many entries the link has made} */
  int created() {
    int adoptedLocally = (int) local.keySet().stream().filter(this::adoptsLocally).count();
    return created + local.size() - adoptedLocally;
  }

  private long localEntry(Symbol function) {
    Long known = adoptedLocal.get(function.name());
    long entry;
    if (known == null) {
      entry = counts.memory().createEntries(1, lowAddresses)[0];
    } else {
      counts.retain(known);
      entry = known;
    }
    local.put(function, entry);
    return entry;
  }

  private boolean adoptsLocally(Symbol function) {
    return adoptedLocal.containsKey(function.name());
  }

  /** Leads the edges of one graph to entries. */
  private final class Leader {
    private final LinkGraph graph;
    private final Target target;
    private final LocalFunctions locals;
    private final boolean[] branches; // by code of the edge kind
    private final @Nullable Symbol[] canonical; // by the function's ordinal

    Leader(LinkGraph graph, LocalFunctions locals) {
      this.graph = graph;
      this.target = graph.target();
      this.locals = locals;
      this.canonical = new Symbol[graph.symbolCount()];
      EdgeKindTable kinds = target.edgeKinds();
      branches = new boolean[kinds.size()];
      for (int code = 0; code < branches.length; code++) {
        branches[code] = target.branches(kinds.kind(code));
      }
    }

    void lead(Block block) {
      Edges edges = block.edges();
      for (int i = 0, size = edges.size(); i < size; i++) {
        if (!branches[edges.code(i)]) {
          lead(block, edges, i);
        }
      }
    }

    private void lead(Block block, Edges edges, int edge) {
      Symbol to = edges.target(edge);
      if (isFunction(to)) {
        if (target.takesAddress(edges.kind(edge), edges.addend(edge))) {
          edges.setTarget(edge, canonical(to));
        }
      } else if (to.defined() && !locals.isEmpty()) {
        Symbol function = locals.addressTaken(block, edges.kind(edge), to, edges.addend(edge));
        if (function != null) {
          edges.setAddend(edge, edges.addend(edge) + to.offset() - function.offset());
          edges.setTarget(edge, canonical(function));
        }
      }
    }

    private Symbol canonical(Symbol function) {
      Symbol known = canonical[function.ordinal()];
      if (known == null) {
        long entry = isFunction(function) ? entry(function) : localEntry(function);
        known =
            graph.addAbsoluteSymbol(
                function.name() + "$entry", entry, 0, Linkage.STRONG, Scope.LOCAL, true);
        canonical[function.ordinal()] = known;
      }
      return known;
    }
  }

  /** Only functions that others can name have an entry in any case. */
  private static boolean isFunction(Symbol symbol) {
    return symbol.callable() && symbol.defined() && symbol.scope() != Scope.LOCAL;
  }

  /** {@return the entry of a function; 0 if the symbol has none} */
  long entry(Symbol symbol) {
    if (!isFunction(symbol) || symbol.ordinal() >= positions.length) {
      return 0;
    }
    int position = positions[symbol.ordinal()];
    return position == 0 ? 0 : entries[position - 1];
  }

  /** {@return the local functions that have entries; their addresses are final} */
  LinkedSymbols localFunctions() {
    List<Map.Entry<Symbol, Long>> all = List.copyOf(local.entrySet());
    String[] names = new String[all.size()];
    long[] code = new long[names.length];
    long[] entry = new long[names.length];
    long[] sizes = new long[names.length];
    for (int i = 0; i < names.length; i++) {
      Symbol function = all.get(i).getKey();
      names[i] = function.name();
      code[i] = function.address();
      entry[i] = all.get(i).getValue();
      sizes[i] = function.size();
    }
    return new LinkedSymbols(names, code, entry, sizes, Set.of());
  }

  /** Makes the new entries lead to the code, whose addresses are final. */
  void open() {
    long[] opened = Arrays.copyOf(entries, created + local.size());
    long[] code = new long[opened.length];
    for (int i = 0; i < created; i++) {
      code[i] = functions.get(i).address();
    }
    int count = created;
    for (Map.Entry<Symbol, Long> each : local.entrySet()) {
      if (!adoptsLocally(each.getKey())) {
        opened[count] = each.getValue();
        code[count++] = each.getKey().address();
      }
    }
    counts.memory().redirectEntries(Arrays.copyOf(opened, count), code);
  }

  /** Gives the entries of a link that failed back. */
  void release() {
    counts.release(entries);
    local.values().forEach(counts::release);
    entries = new long[0];
    created = 0;
    local.clear();
  }

  /**
   * The local functions of a graph by their places: references to them often go by the beginning of
   * their section. Open addressing, since objects may have very many.
   */
  private static final class LocalFunctions {
    private final Target target;
    private final @Nullable Symbol[] slots;

    private LocalFunctions(Target target, int count) {
      this.target = target;
      this.slots = new Symbol[count == 0 ? 0 : Integer.highestOneBit(count) << 2];
    }

    static LocalFunctions of(LinkGraph graph) {
      List<Symbol> found = new ArrayList<>();
      graph.forEachDefinedSymbol(symbol -> {
        if (symbol.scope() == Scope.LOCAL && symbol.callable() && symbol.hasName()) {
          found.add(symbol);
        }
      });
      LocalFunctions functions = new LocalFunctions(graph.target(), found.size());
      for (Symbol function : found) {
        functions.slots[functions.slotOf(function.block(), function.offset())] = function;
      }
      return functions;
    }

    boolean isEmpty() {
      return slots.length == 0;
    }

    /** {@return the function whose address an edge takes, or null} */
    @Nullable Symbol addressTaken(Block from, EdgeKind kind, Symbol to, long addend) {
      boolean pointer = kind.formula() == Formula.POINTER;
      // Distances in data are those of jump tables, whose targets are no functions.
      if (!pointer && !from.section().memProt().executable()) {
        return null;
      }
      // What an instruction takes relative to its place counts from behind its last field.
      long implied = pointer ? 0 : -kind.field().size();
      return target.takesAddress(kind, implied)
          ? slots[slotOf(to.block(), to.offset() + addend - implied)]
          : null;
    }

    /** {@return the slot of the function at a place; a free one if there is none} */
    private int slotOf(Block block, long offset) {
      int mask = slots.length - 1;
      int hash = (System.identityHashCode(block) + (int) offset) * 0x9e3779b9;
      int slot = (hash ^ hash >>> 16) & mask;
      for (Symbol there = slots[slot];
          there != null && (there.offset() != offset || there.addressable() != block);
          there = slots[slot]) {
        slot = slot + 1 & mask;
      }
      return slot;
    }
  }
}
