package uruk.jitlink.pass;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Makes the global offset table and the stubs of a graph: at most one entry and one stub for each
 * target symbol. Which edges ask for them is a table of the target's.
 */
public final class TableBuilder {
  /** The section of global offset table entries. */
  public static final String GOT_SECTION = "$__GOT";

  /** The section of stubs. */
  public static final String STUBS_SECTION = "$__STUBS";

  private static final String GOT_SYMBOL = "_GLOBAL_OFFSET_TABLE_";

  private final LinkGraph graph;
  private final Kinds kinds;
  private final Predicate<Symbol> mayBeOutOfReach;
  private final Map<Symbol, Symbol> entries = new HashMap<>();
  private final Map<Symbol, Symbol> stubs = new HashMap<>();
  private boolean tableOriginNeeded;

  /** What a target's edge kinds ask for. Immutable; a target makes it once. */
  public static final class Kinds {
    private final @Nullable EdgeKind[] transformed;
    private final @Nullable EdgeKind[] toStub;
    private final long branchAddend;
    private final MemProt memProt;
    private final long fromTable; // the kinds' bits
    private final long visited; // the bits of kinds that a block must have to be looked through

    /**
     * Makes the table.
     *
     * @param target all edge kinds of the target
     * @param transformed the kinds that ask for an entry of the global offset table, and what each
     *     becomes once the entry exists
     * @param toStub operands of calls and jumps, and what each becomes when it is led to a stub
     * @param branchAddend of a call or jump to its target's beginning
     * @param fromTable kinds that are measured from the table's origin
     * @param memProt of the table: where LLVM has it, so that both lay a graph out alike
     */
    public Kinds(
        EdgeKindTable target,
        Map<? extends EdgeKind, ? extends EdgeKind> transformed,
        Map<? extends EdgeKind, ? extends EdgeKind> toStub,
        long branchAddend,
        Set<? extends EdgeKind> fromTable,
        MemProt memProt) {
      this.branchAddend = branchAddend;
      this.transformed = byCode(target, transformed);
      this.toStub = byCode(target, toStub);
      this.fromTable = bits(fromTable);
      this.visited = bits(transformed.keySet()) | bits(toStub.keySet());
      this.memProt = memProt;
    }

    private static @Nullable EdgeKind[] byCode(
        EdgeKindTable target, Map<? extends EdgeKind, ? extends EdgeKind> kinds) {
      @Nullable EdgeKind[] column = new EdgeKind[target.size()];
      kinds.forEach((kind, becomes) -> column[kind.code()] = becomes);
      return column;
    }

    private static long bits(Set<? extends EdgeKind> kinds) {
      return kinds.stream().mapToLong(Edges::bit).reduce(0, (a, b) -> a | b);
    }

    /** {@return whether edges of a kind ask for an entry of the global offset table} */
    public boolean requestsEntry(EdgeKind kind) {
      return transformed[kind.code()] != null;
    }
  }

  private TableBuilder(LinkGraph graph, Kinds kinds, Predicate<Symbol> mayBeOutOfReach) {
    this.graph = graph;
    this.kinds = kinds;
    this.mayBeOutOfReach = mayBeOutOfReach;
  }

  /**
   * Makes what a graph's edges ask for and turns these edges to it.
   *
   * @param graph pruned
   * @param kinds of the graph's target
   * @param mayBeOutOfReach whether an external symbol may end up too far from this graph for a
   *     direct branch
   */
  public static void build(LinkGraph graph, Kinds kinds, Predicate<Symbol> mayBeOutOfReach) {
    new TableBuilder(graph, kinds, mayBeOutOfReach).build();
  }

  /**
   * {@return what an entry or stub leads to: the target of the one edge of its block; null if the
   * symbol is neither}
   */
  public static @Nullable Symbol pointedTo(Symbol symbol) {
    if (symbol.addressable() instanceof Block block
        && symbol.offset() == 0
        && block.hasEdges()
        && block.edges().size() == 1
        && block.edges().addend(0) == 0) {
      return block.edges().target(0);
    }
    return null;
  }

  private void build() {
    registerExisting();
    // Sections of entries and stubs are added meanwhile.
    for (Section section : graph.sections().toArray(Section[]::new)) {
      for (Block block : section.blocks()) {
        if (block.hasEdges()) {
          visit(block.edges(), section.memProt().executable());
        }
      }
    }
    defineTableOrigin();
  }

  private void registerExisting() {
    Section section = graph.findSection(GOT_SECTION);
    if (section == null) {
      return;
    }
    for (Symbol entry : section.symbols()) {
      if (!entry.hasName() && entry.block().hasEdges()) {
        entries.putIfAbsent(entry.block().edges().target(0), entry);
      }
    }
  }

  private void visit(Edges edges, boolean executable) {
    tableOriginNeeded |= edges.mayContainAny(kinds.fromTable);
    if (!edges.mayContainAny(kinds.visited)) {
      return;
    }
    for (int i = 0, size = edges.size(); i < size; i++) {
      int code = edges.code(i);
      EdgeKind toStub = kinds.toStub[code];
      if (toStub != null) {
        // A stub leads to its target's beginning; in data an addend only says where to count from.
        if (!executable || edges.addend(i) == kinds.branchAddend) {
          visitBranch(edges, i, toStub);
        }
      } else {
        EdgeKind transformed = kinds.transformed[code];
        if (transformed != null) {
          edges.set(i, transformed, entry(edges.target(i)));
        }
      }
    }
  }

  /** A missing weak function is 0, which no direct branch may reach: it needs a stub as well. */
  private void visitBranch(Edges edges, int index, EdgeKind toStub) {
    Symbol target = edges.target(index);
    if (target.external() && (target.weaklyReferenced() || mayBeOutOfReach.test(target))) {
      edges.set(index, toStub, stub(target));
    }
  }

  private Symbol entry(Symbol target) {
    Symbol entry = entries.get(target);
    if (entry == null) {
      entry = graph.target().createAnonymousPointer(section(GOT_SECTION, kinds.memProt), target);
      entries.put(target, entry);
    }
    return entry;
  }

  private Symbol stub(Symbol target) {
    Symbol stub = stubs.get(target);
    if (stub == null) {
      stub =
          graph
              .target()
              .createPointerJumpStub(section(STUBS_SECTION, MemProt.READ_EXEC), entry(target));
      stubs.put(target, stub);
    }
    return stub;
  }

  private Section section(String name, MemProt memProt) {
    Section section = graph.findSection(name);
    return section != null ? section : graph.createSection(name, memProt);
  }

  /** Everything is measured from the same place, so any place in the table will do. */
  private void defineTableOrigin() {
    Symbol origin = graph.findExternalSymbol(GOT_SYMBOL);
    if (origin == null && !tableOriginNeeded && entries.isEmpty()) {
      return;
    }
    Section section = section(GOT_SECTION, kinds.memProt);
    if (section.isEmpty()) {
      graph.target().createAnonymousPointer(section, null);
    }
    Block first = section.blocks().iterator().next();
    if (origin == null) {
      origin =
          graph.addDefinedSymbol(first, 0, GOT_SYMBOL, 0, Linkage.STRONG, Scope.LOCAL, false, true);
    } else {
      graph.makeDefined(origin, first, 0, 0, Linkage.STRONG, Scope.LOCAL, true);
    }
    graph.setGlobalOffsetTable(origin);
  }
}
