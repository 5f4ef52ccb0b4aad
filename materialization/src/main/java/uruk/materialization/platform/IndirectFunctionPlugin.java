package uruk.materialization.platform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.GenericEdgeKind;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.TargetFlags;
import uruk.jitlink.x86_64.X86_64EdgeKind;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;

/**
 * Links indirect functions (STT_GNU_IFUNC; System V psABI for AMD64, "Indirect Functions"): a
 * function whose code returns the function that is meant, by what the processor can do, say. The
 * symbol becomes a stub, which is the function's address for everybody. The first call runs the
 * resolver and keeps its result; several threads that call first at one moment may each run it, as
 * with the system's dynamic linker when it binds lazily.
 *
 * <p>Resolvers thus never run before their object, and all that it needs, is ready. Thread-safe.
 */
public final class IndirectFunctionPlugin implements LinkPlugin {
  private static final String STUBS = "$__IFUNC_STUBS";
  private static final String TABLES = "$__IFUNC_TABLES";
  private static final String SLOTS = "$__IFUNC_SLOTS";
  private static final long WORD = 8;

  /** What the linker adds comes behind what an object brought. */
  private static final long LAST = ~15L;

  /** Where a resolver's code is: aliases of one function share what is made for it. */
  private record Place(Block block, long offset) {}

  /** Makes a plugin; add it to a linking layer. */
  public IndirectFunctionPlugin() {}

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    passes.prePrune().add(IndirectFunctionPlugin::makeStubs);
    passes.postPrune().add(IndirectFunctionPlugin::fillTables);
  }

  /** A resolver is called by its code's address: nobody else takes it, so it needs no entry. */
  private static void fillTables(LinkGraph graph) {
    Section tables = graph.findSection(TABLES);
    if (tables != null) {
      for (Block table : tables.blocks()) {
        Edges edges = table.edges();
        for (int i = 0; i < edges.size(); i++) {
          edges.set(i, X86_64EdgeKind.POINTER64, edges.target(i));
          edges.setOffset(i, i * Long.BYTES);
        }
      }
    }
  }

  private static void makeStubs(LinkGraph graph) {
    List<Symbol> functions = new ArrayList<>(0);
    graph.forEachDefinedSymbol(symbol -> {
      if (symbol.hasTargetFlag(TargetFlags.INDIRECT_FUNCTION)) {
        functions.add(symbol);
      }
    });
    if (functions.isEmpty()) {
      return;
    }
    Symbol resolve =
        graph.addAbsoluteSymbol(
            "resolve$ifunc", IndirectFunctionCode.resolve(), 0, Linkage.STRONG, Scope.LOCAL, false);
    Map<Place, Block> stubs = new HashMap<>();
    for (Symbol function : functions) {
      Block stub =
          stubs.computeIfAbsent(
              new Place(function.block(), function.offset()),
              place -> makeStub(graph, place, resolve));
      graph.transferSymbol(function, stub, 0, stub.size());
      function.setTargetFlags(function.targetFlags() & ~TargetFlags.INDIRECT_FUNCTION);
    }
  }

  private static Block makeStub(LinkGraph graph, Place resolver, Symbol resolve) {
    Symbol code = graph.addAnonymousSymbol(resolver.block(), resolver.offset(), 0, false, false);
    Section slots = section(graph, SLOTS, MemProt.READ_WRITE);
    Symbol slot = whole(graph, graph.createZeroFillBlock(slots, WORD, LAST, WORD, 0));
    Section tables = section(graph, TABLES, MemProt.READ);
    Block table = graph.createMutableContentBlock(tables, 3 * Long.BYTES, LAST, WORD, 0);
    Symbol[] words = {slot, code, resolve};
    for (Symbol word : words) {
      table.addEdge(GenericEdgeKind.KEEP_ALIVE, 0, word, 0);
    }
    Section stubs = section(graph, STUBS, MemProt.READ_EXEC);
    Block stub = graph.createContentBlock(stubs, IndirectFunctionCode.stub(), LAST, 1, 0);
    stub.addEdge(X86_64EdgeKind.PC_REL32, IndirectFunctionCode.SLOT_OPERAND, slot, 0);
    stub.addEdge(
        X86_64EdgeKind.PC_REL32, IndirectFunctionCode.TABLE_OPERAND, whole(graph, table), 0);
    return stub;
  }

  private static Symbol whole(LinkGraph graph, Block block) {
    return graph.addAnonymousSymbol(block, 0, block.size(), false, false);
  }

  private static Section section(LinkGraph graph, String name, MemProt protection) {
    Section section = graph.findSection(name);
    return section == null ? graph.createSection(name, protection) : section;
  }
}
