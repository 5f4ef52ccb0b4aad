package uruk.tools.inspect;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.JITLinker;
import uruk.jitlink.LinkContext;
import uruk.jitlink.LinkException;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.ResolvedSymbol;
import uruk.jitlink.SymbolLookupFlags;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.MemoryManager;
import uruk.jitlink.memory.SlabMemoryManager;

/**
 * Links a graph without running it, at a pretended address and with all external symbols at 0, and
 * looks at it after one phase.
 */
final class GraphLink implements LinkContext {
  private static final long SLAB_SIZE = 1L << 40;
  private static final long PAGE_SIZE = 4096;

  private final MemoryManager memory;
  private final Phase phase;
  private final Function<LinkGraph, String> observer;
  private @Nullable String seen;
  private @Nullable LinkException failure;

  private GraphLink(long address, Phase phase, Function<LinkGraph, String> observer) {
    this.memory = new SlabMemoryManager(address, SLAB_SIZE, PAGE_SIZE);
    this.phase = phase;
    this.observer = observer;
  }

  /**
   * {@return what the observer makes of the graph after the phase}
   *
   * @throws LinkException if the link fails before
   */
  static String observe(
      LinkGraph graph, long address, Phase phase, Function<LinkGraph, String> observer) {
    GraphLink link = new GraphLink(address, phase, observer);
    JITLinker.link(graph, link);
    return Optional.ofNullable(link.seen)
        .orElseThrow(() ->
            Optional.ofNullable(link.failure)
                .orElseThrow(() -> new AssertionError("a link without result: " + graph)));
  }

  @Override
  public void modifyPassConfiguration(LinkGraph graph, PassConfiguration configuration) {
    phase.observe(configuration, g -> seen = observer.apply(g));
  }

  @Override
  public MemoryManager memoryManager() {
    return memory;
  }

  @Override
  public CompletableFuture<Map<String, ResolvedSymbol>> lookup(
      Map<String, SymbolLookupFlags> symbols) {
    Map<String, ResolvedSymbol> phony = new HashMap<>();
    symbols.keySet().forEach(name -> phony.put(name, new ResolvedSymbol(0, true)));
    return CompletableFuture.completedFuture(phony);
  }

  @Override
  public void notifyResolved(LinkGraph graph) {}

  @Override
  public void notifyFinalized(FinalizedAllocation allocation) {}

  @Override
  public void notifyFailed(LinkException thrown) {
    failure = thrown;
  }
}
