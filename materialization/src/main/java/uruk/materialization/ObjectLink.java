package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.LinkContext;
import uruk.jitlink.LinkException;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Pass;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.ResolvedSymbol;
import uruk.jitlink.SymbolLookupFlags;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.TargetFlags;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.MemoryManager;
import uruk.jitlink.pass.FarReferences;
import uruk.orc.CommonExtent;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolDependenceGroup;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;
import uruk.orc.SymbolsNotFoundException;

/** One link of one object: carries what the linker asks and tells to the session and back. */
final class ObjectLink implements LinkContext {
  private final ObjectLinkingLayer layer;
  private final ObjectFile file;
  private final LinkedObject object;
  private final MaterializationResponsibility responsibility;
  private final Map<String, CommonExtent> commons;
  private final boolean makesEntries;
  private final FunctionEntries entries;
  private final DirectBranches directBranches;
  private final DataBlocks dataBlocks;
  private Map<JITDylib, Set<String>> dependencies = Map.of();
  private Map<String, Long> singletons = Map.of();
  private @Nullable LinkedSymbols symbols;
  private @Nullable LedgerPass ledger;
  private @Nullable KeptFixups fixups;

  ObjectLink(
      ObjectLinkingLayer layer,
      ObjectFile file,
      LinkedObject object,
      MaterializationResponsibility responsibility,
      Map<String, CommonExtent> commons) {
    this.layer = layer;
    this.file = file;
    this.object = object;
    this.responsibility = responsibility;
    this.commons = commons;
    this.makesEntries = layer.makesEntries() && !object.program();
    Map<String, Long> adopted = new HashMap<>(layer.unbound().claim(object.dylib()));
    adopted.putAll(object.succession().entries());
    this.entries =
        new FunctionEntries(layer.entryCounts(), adopted, object.succession().localEntries());
    this.dataBlocks = new DataBlocks(object.succession().blocks());
    this.directBranches =
        new DirectBranches(layer.memory(), layer.bindingPolicy(object) == BindingPolicy.PATCH);
  }

  @Override
  public MemoryManager memoryManager() {
    return layer.objectMemory();
  }

  @Override
  public void modifyPassConfiguration(LinkGraph graph, PassConfiguration passes) {
    LedgerPass ledgerPass = new LedgerPass();
    ledger = ledgerPass;
    passes.prePrune().addFirst(definitionRules(graph));
    passes.prePrune().addFirst(object.succession()::checkKept);
    if (makesEntries) {
      passes.prePrune().add(entries::remember);
      passes.postPrune().addFirst(entries::create);
    }
    if (layer.makesEntries()) {
      passes.preFixup().add(new InnerBranches(layer.memory()));
      passes.preFixup().add(new FarReferences());
      passes.preFixup().add(directBranches);
    }
    passes.postFixup().add(ledgerPass);
    layer.modifyPassConfiguration(object, responsibility, graph, passes);
    passes.prePrune().addFirst(dataBlocks::adopt);
    passes.postFixup().add(dataBlocks::place);
    // After all other passes: what they change is kept as well.
    passes.postFixup().add(fixedUp -> fixups = kept(fixedUp));
  }

  /** Nothing inside of a program will be elsewhere. */
  private KeptFixups kept(LinkGraph fixedUp) {
    return object.program() ? KeptFixups.ofOutside(fixedUp) : KeptFixups.of(fixedUp);
  }

  /** What the object is to define, without what the process has: the link refers to that. */
  private Pass definitionRules(LinkGraph graph) {
    Set<String> owned = responsibility.symbols().keySet();
    if (file instanceof ProgramFile program) {
      singletons = singletons(graph, symbol -> program.own().contains(symbol.block().file()));
      return new ProgramRules(owned, singletons.keySet());
    }
    if (!object.fromArchive() && layer.makesEntries()) {
      singletons =
          singletons(
              graph,
              symbol -> owned.contains(symbol.name()) && !commons.containsKey(symbol.name()));
    }
    if (singletons.isEmpty()) {
      return new DefinitionRules(owned, commons);
    }
    Set<String> defined = new HashSet<>(owned);
    defined.removeAll(singletons.keySet());
    return new DefinitionRules(defined, commons);
  }

  private Map<String, Long> singletons(LinkGraph graph, Predicate<Symbol> owned) {
    return ProcessSingletons.find(graph, responsibility.targetDylib(), owned);
  }

  /** What others can name is this object's own: the definition rules have taken the rest away. */
  @Override
  public void markLive(LinkGraph graph) {
    graph.forEachDefinedSymbol(ObjectLink::markIfVisible);
    graph.absoluteSymbols().forEach(ObjectLink::markIfVisible);
  }

  private static void markIfVisible(Symbol symbol) {
    if (symbol.scope() != Scope.LOCAL) {
      symbol.setLive(true);
    }
  }

  /** Entries are made near to all code, and what is far away gets a stub once that is known. */
  @Override
  public boolean mayBeOutOfReach(Symbol external) {
    return !layer.makesEntries();
  }

  @Override
  public void notifyResolved(LinkGraph graph) {
    entries.open();
    Map<String, SymbolFlags> owned = responsibility.symbols();
    LinkedSymbols linked = linkedSymbols(graph, owned.size());
    symbols = linked;
    SymbolMap.Builder resolved = SymbolMap.builder(linked.size());
    int count = 0;
    for (int i = 0; i < linked.size(); i++) {
      String name = linked.name(i);
      SymbolFlags flags = owned.get(name);
      if (flags != null) {
        resolved.put(name, linked.canonicalAddress(i), flags);
        count++;
      }
    }
    for (Map.Entry<String, Long> singleton : singletons.entrySet()) {
      SymbolFlags flags = owned.get(singleton.getKey());
      if (flags != null) {
        resolved.put(singleton.getKey(), singleton.getValue(), flags);
        count++;
      }
    }
    if (count < owned.size()) {
      checkAllResolved(owned, linked);
    }
    // The unit declares each name once, and what it does not declare is left out above.
    responsibility.notifyResolved(resolved.buildUnique());
  }

  /** A damaged file may list a definition that its sections do not have. */
  private void checkAllResolved(Map<String, SymbolFlags> owned, LinkedSymbols linked) {
    Set<String> present = new HashSet<>(linked.names());
    present.addAll(singletons.keySet());
    List<String> missing = new ArrayList<>();
    owned.forEach((name, flags) -> {
      if (!flags.isSideEffectsOnly() && !present.contains(name)) {
        missing.add(name);
      }
    });
    if (!missing.isEmpty()) {
      throw new MalformedObjectException(
          object.name(),
          "symbol table",
          "%s is listed as a definition and is in no section that is linked"
              .formatted(String.join(", ", missing)));
    }
  }

  private LinkedSymbols linkedSymbols(LinkGraph graph, int expected) {
    List<Symbol> visible = new ArrayList<>(expected);
    graph.forEachDefinedSymbol(symbol -> addIfVisible(symbol, visible));
    graph.absoluteSymbols().forEach(symbol -> addIfVisible(symbol, visible));
    String[] names = new String[visible.size()];
    long[] code = new long[names.length];
    long[] canonical = new long[names.length];
    long[] sizes = new long[names.length];
    Set<String> threadLocal = new HashSet<>(0);
    for (int i = 0; i < names.length; i++) {
      Symbol symbol = visible.get(i);
      names[i] = symbol.name();
      code[i] = symbol.address();
      canonical[i] = entries.entry(symbol);
      sizes[i] = symbol.size();
      if (symbol.hasTargetFlag(TargetFlags.THREAD_LOCAL)) {
        threadLocal.add(symbol.name());
      }
    }
    return new LinkedSymbols(names, code, canonical, sizes, Set.copyOf(threadLocal));
  }

  private static void addIfVisible(Symbol symbol, List<Symbol> visible) {
    if (symbol.scope() != Scope.LOCAL) {
      visible.add(symbol);
    }
  }

  @Override
  public CompletableFuture<Map<String, ResolvedSymbol>> lookup(
      Map<String, SymbolLookupFlags> externals) {
    SymbolLookupSet.Builder wanted = SymbolLookupSet.builder();
    externals.forEach((name, flags) -> {
      if (!singletons.containsKey(name)) {
        switch (flags) {
          case REQUIRED_SYMBOL -> wanted.require(name);
          case WEAKLY_REFERENCED_SYMBOL -> wanted.weaklyReference(name);
        }
      }
    });
    JITDylib dylib = responsibility.targetDylib();
    SearchOrder order = dylib.linkOrder();
    CompletableFuture<SymbolMap> search =
        dylib
            .session()
            .lookup(
                LookupKind.STATIC,
                order,
                wanted.build(),
                SymbolState.RESOLVED,
                found -> dependencies = found);
    BiFunction<@Nullable SymbolMap, @Nullable Throwable, Map<String, ResolvedSymbol>> convert =
        (found, failure) -> resolved(order, found, failure);
    Executor finisher = layer.finisher();
    return finisher == null ? search.handle(convert) : search.handleAsync(convert, finisher);
  }

  private Map<String, ResolvedSymbol> resolved(
      SearchOrder order, @Nullable SymbolMap found, @Nullable Throwable failure) {
    if (found == null) {
      throw explained(order, Objects.requireNonNull(failure, "a look-up without outcome"));
    }
    return resolved(found);
  }

  /**
   * What is missing is told with the places that need it. An object that fails because another one
   * did fails for that one's reason: the chain of objects between would only repeat it.
   */
  private RuntimeException explained(SearchOrder order, Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof SymbolsNotFoundException notFound) {
      return MissingSymbols.explain(file, layer.inFlight(object.dylib()), order, notFound);
    }
    if (failure instanceof FailedToMaterializeException && failure.getCause() != null) {
      return new CompletionException(failure.getCause());
    }
    return new CompletionException(failure);
  }

  private Map<String, ResolvedSymbol> resolved(SymbolMap found) {
    Map<String, ResolvedSymbol> resolved = HashMap.newHashMap(found.size() + singletons.size());
    singletons.forEach((name, address) -> resolved.put(name, new ResolvedSymbol(address, true)));
    found.forEach((name, definition) ->
        resolved.put(name, new ResolvedSymbol(definition.address(), addressIsFinal(definition))));
    return resolved;
  }

  /**
   * A linked function is known by its entry; the address of linked data changes with its object.
   */
  private boolean addressIsFinal(ExecutorSymbolDef definition) {
    return !layer.makesEntries()
        || definition.flags().isCallable()
        || definition.flags().isAbsolute();
  }

  @Override
  public void notifyFinalized(FinalizedAllocation allocation) {
    LinkedSymbols linked = symbols;
    LedgerPass counted = ledger;
    KeptFixups kept = fixups;
    if (linked == null || counted == null || kept == null) {
      throw new AssertionError("finalized before it was resolved: " + object);
    }
    LinkResult result =
        new LinkResult(
            allocation,
            linked,
            entries.localFunctions(),
            directBranches.bound(),
            dataBlocks,
            kept,
            counted.ledger(allocation, entries.created(), kept.footprint()));
    layer.emit(object, result, responsibility, dependenceGroups());
    layer.linkEnded(object);
  }

  /**
   * An object is ready as a whole: its memory is one allocation, and its functions may reach each
   * other through code that no symbol names.
   */
  private List<SymbolDependenceGroup> dependenceGroups() {
    if (dependencies.isEmpty()) {
      return List.of();
    }
    Set<String> own = responsibility.symbols().keySet();
    return own.isEmpty() ? List.of() : List.of(new SymbolDependenceGroup(own, dependencies));
  }

  @Override
  public void notifyFailed(LinkException failure) {
    entries.release();
    layer.fail(object, responsibility, failure);
    layer.linkEnded(object);
  }
}
