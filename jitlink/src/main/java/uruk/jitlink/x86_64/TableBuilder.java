package uruk.jitlink.x86_64;

import static uruk.jitlink.x86_64.X86_64EdgeKind.*;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Makes the global offset table and the stubs of a graph: at most one entry and one stub for each
 * target.
 */
final class TableBuilder {
  static final String GOT_SECTION = "$__GOT";
  static final String STUBS_SECTION = "$__STUBS";
  private static final String GOT_SYMBOL = "_GLOBAL_OFFSET_TABLE_";

  /** What a requesting kind becomes once its entry exists. */
  private static final Map<X86_64EdgeKind, X86_64EdgeKind> TRANSFORMED =
      Map.of(
          REQUEST_GOT_AND_TRANSFORM_TO_DELTA32, DELTA32,
          REQUEST_GOT_AND_TRANSFORM_TO_DELTA64, DELTA64,
          REQUEST_GOT_AND_TRANSFORM_TO_DELTA64_FROM_GOT, DELTA64_FROM_GOT,
          REQUEST_GOT_AND_TRANSFORM_TO_DELTA32_FROM_GOT, DELTA32_FROM_GOT,
          REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_RELAXABLE, PC_REL32_GOT_LOAD_RELAXABLE,
          REQUEST_GOT_AND_TRANSFORM_TO_PC_REL32_GOT_LOAD_REX_RELAXABLE,
              PC_REL32_GOT_LOAD_REX_RELAXABLE);

  /** {@link #TRANSFORMED} by edge kind code. */
  private static final @Nullable X86_64EdgeKind[] TRANSFORMED_BY_CODE = transformedByCode();

  private static final int BRANCH_CODE = BRANCH_PC_REL32.code();

  private final LinkGraph graph;
  private final Predicate<Symbol> mayBeOutOfReach;
  private final Map<Symbol, Symbol> entries = new HashMap<>();
  private final Map<Symbol, Symbol> stubs = new HashMap<>();
  private boolean tableOriginNeeded;

  TableBuilder(LinkGraph graph, Predicate<Symbol> mayBeOutOfReach) {
    this.graph = graph;
    this.mayBeOutOfReach = mayBeOutOfReach;
  }

  /** {@return whether edges of a kind ask for an entry of the global offset table} */
  static boolean requestsEntry(EdgeKind kind) {
    return TRANSFORMED_BY_CODE[kind.code()] != null;
  }

  void build() {
    registerExisting();
    for (Block block : graph.blocks()) {
      if (block.hasEdges()) {
        visit(block.edges());
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

  private void visit(Edges edges) {
    tableOriginNeeded |= edges.mayContain(DELTA64_FROM_GOT) || edges.mayContain(DELTA32_FROM_GOT);
    for (int i = 0, size = edges.size(); i < size; i++) {
      int code = edges.code(i);
      if (code == BRANCH_CODE) {
        visitBranch(edges, i);
      } else {
        X86_64EdgeKind transformed = TRANSFORMED_BY_CODE[code];
        if (transformed != null) {
          edges.set(i, transformed, entry(edges.target(i)));
        }
      }
    }
  }

  /** A missing weak function is 0, which no direct branch may reach: it needs a stub as well. */
  private void visitBranch(Edges edges, int index) {
    Symbol target = edges.target(index);
    if (target.external() && (target.weaklyReferenced() || mayBeOutOfReach.test(target))) {
      edges.set(index, BRANCH_PC_REL32_TO_PTR_JUMP_STUB_BYPASSABLE, stub(target));
    }
  }

  private Symbol entry(Symbol target) {
    Symbol entry = entries.get(target);
    if (entry == null) {
      entry = graph.target().createAnonymousPointer(section(GOT_SECTION, MemProt.READ), target);
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
    Section section = section(GOT_SECTION, MemProt.READ);
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

  private static @Nullable X86_64EdgeKind[] transformedByCode() {
    @Nullable X86_64EdgeKind[] byCode =
        new X86_64EdgeKind[EdgeKind.FIRST_RELOCATION + X86_64EdgeKind.values().length];
    List.copyOf(TRANSFORMED.entrySet())
        .forEach(entry -> byCode[entry.getKey().code()] = entry.getValue());
    return byCode;
  }
}
