package uruk.jitlink;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import uruk.jitlink.graph.ExternalAddressable;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.TargetFlags;
import uruk.jitlink.host.LibraryLog;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.InFlightAllocation;
import uruk.jitlink.pass.ApplyFixups;
import uruk.jitlink.pass.EhFrame;
import uruk.jitlink.pass.SectionBounds;

/**
 * Links one graph. The phases are the methods of this class in their order; between two of them the
 * link may wait for a future, and goes on in whichever thread completes it. A phase that throws
 * ends the link: its memory is abandoned and the context is told.
 */
public final class JITLinker {
  private static final Logger LOGGER = LibraryLog.of(JITLinker.class);

  private final LinkGraph graph;
  private final LinkContext context;
  private final PassConfiguration passes = new PassConfiguration();
  private @Nullable InFlightAllocation allocation;
  private int allocatedSections;

  private JITLinker(LinkGraph graph, LinkContext context) {
    this.graph = graph;
    this.context = context;
  }

  /**
   * Links a graph. Returns when the link has ended or waits for a future; the context hears of the
   * end, by exactly one of {@link LinkContext#notifyFinalized} and {@link
   * LinkContext#notifyFailed}.
   */
  public static void link(LinkGraph graph, LinkContext context) {
    JITLinker linker = new JITLinker(graph, context);
    linker.phase("pruning", linker::pruneAndAllocate);
  }

  private void pruneAndAllocate() {
    configurePasses();
    runPasses(passes.prePrune());
    graph.prune();
    refuseIndirectFunctions();
    runPasses(passes.postPrune());
    allocatedSections = graph.sections().size();
    when("memory allocation", context.memoryManager().allocate(graph), this::resolve);
  }

  /** A context that links them has turned them into something else by now. */
  private void refuseIndirectFunctions() {
    graph.forEachDefinedSymbol(symbol -> {
      if (symbol.hasTargetFlag(TargetFlags.INDIRECT_FUNCTION)) {
        throw new UnsupportedObjectException(
            graph.name(),
            "indirect function " + symbol.name() + " (STT_GNU_IFUNC)",
            "A platform links them where they run; compile without function multi-versioning to"
                + " link without one.");
      }
    });
  }

  private void resolve(InFlightAllocation inFlight) {
    allocation = inFlight;
    runPasses(passes.postAllocation());
    context.notifyResolved(graph);
    Map<String, SymbolLookupFlags> externals = externals();
    CompletableFuture<Map<String, ResolvedSymbol>> found =
        externals.isEmpty()
            ? CompletableFuture.completedFuture(Map.of())
            : context.lookup(externals);
    when("look-up of external symbols", found, results -> fixUp(inFlight, results));
  }

  private void fixUp(InFlightAllocation inFlight, Map<String, ResolvedSymbol> results) {
    assignExternals(results);
    runPasses(passes.preFixup());
    if (graph.sections().size() > allocatedSections) {
      inFlight.allocateAdded(graph.sections().stream().skip(allocatedSections).toList());
    }
    ApplyFixups.apply(graph);
    runPasses(passes.postFixup());
    allocation = null;
    when("finalization", inFlight.complete(), this::finish);
  }

  private void finish(FinalizedAllocation finalized) {
    LOGGER.debug("linked {}: {}", graph.name(), finalized.segments());
    try {
      context.notifyFinalized(finalized);
    } catch (RuntimeException refused) {
      failAfter(finalized::deallocate, asLinkException("finalization", refused));
    }
  }

  private void configurePasses() {
    SectionBounds bounds = new SectionBounds();
    passes.prePrune().add(bounds::define);
    passes.prePrune().add(context::markLive);
    passes.prePrune().add(JITLinker::pruneUnread);
    passes.prePrune().add(EhFrame::prepare);
    passes.postPrune().add(g -> g.target().buildTables(g, context::mayBeOutOfReach));
    passes.postAllocation().add(bounds::place);
    passes.preFixup().add(g -> g.target().relaxTables(g));
    context.modifyPassConfiguration(graph, passes);
  }

  /** Most of what is read when it is asked for is not needed, and would be asked by passes. */
  private static void pruneUnread(LinkGraph graph) {
    if (graph.readsEdgesLater()) {
      graph.pruneBut(graph.findSection(EhFrame.SECTION), EhFrame::functionFields);
    }
  }

  private void runPasses(List<Pass> list) {
    for (Pass pass : list) {
      pass.run(graph);
    }
  }

  private Map<String, SymbolLookupFlags> externals() {
    Map<String, SymbolLookupFlags> symbols =
        LinkedHashMap.newLinkedHashMap(graph.externalSymbols().size());
    for (Symbol symbol : graph.externalSymbols()) {
      symbols.merge(
          symbol.name(),
          symbol.weaklyReferenced()
              ? SymbolLookupFlags.WEAKLY_REFERENCED_SYMBOL
              : SymbolLookupFlags.REQUIRED_SYMBOL,
          (a, b) -> a == b ? a : SymbolLookupFlags.REQUIRED_SYMBOL);
    }
    return symbols;
  }

  private void assignExternals(Map<String, ResolvedSymbol> results) {
    List<String> missing = new ArrayList<>();
    for (Symbol symbol : graph.externalSymbols()) {
      ResolvedSymbol result = results.get(symbol.name());
      if (result != null && symbol.addressable() instanceof ExternalAddressable external) {
        external.resolve(result.address(), result.finalTarget());
      } else if (!symbol.weaklyReferenced()) {
        missing.add(symbol.name());
      }
    }
    if (!missing.isEmpty()) {
      throw new UnresolvedExternalException(graph.name(), missing);
    }
  }

  private <T> void when(String phase, CompletableFuture<T> future, Consumer<T> next) {
    var _ =
        future.whenComplete((result, failure) -> {
          if (failure == null) {
            phase(phase, () -> next.accept(result));
          } else {
            fail(phase, failure);
          }
        });
  }

  private void phase(String phase, Runnable steps) {
    try {
      steps.run();
    } catch (Throwable failure) {
      fail(phase, failure);
    }
  }

  private void fail(String phase, Throwable thrown) {
    LinkException failure = asLinkException(phase, thrown);
    InFlightAllocation abandoned = allocation;
    allocation = null;
    if (abandoned == null) {
      context.notifyFailed(failure);
      return;
    }
    failAfter(abandoned::abandon, failure);
  }

  /** The context hears of the failure also if memory cannot be given back. */
  private void failAfter(Supplier<CompletableFuture<Void>> giveBack, LinkException failure) {
    var _ =
        attempt(giveBack)
            .whenComplete((done, alsoThrown) -> {
              if (alsoThrown != null) {
                failure.addSuppressed(alsoThrown);
              }
              context.notifyFailed(failure);
            });
  }

  private static CompletableFuture<Void> attempt(Supplier<CompletableFuture<Void>> giveBack) {
    try {
      return giveBack.get();
    } catch (Throwable refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private LinkException asLinkException(String phase, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof LinkException failure
        ? failure
        : new LinkFailedException(graph.name(), phase, cause);
  }
}
