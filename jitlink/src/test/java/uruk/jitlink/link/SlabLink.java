package uruk.jitlink.link;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
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
 * A link at a pretended address. External symbols that are not defined are null, as with
 * -phony-externals.
 */
final class SlabLink implements LinkContext {
  private static final long PAGE_SIZE = 4096;

  private final MemoryManager memory;
  private final Map<String, Long> absolute;
  private final Consumer<LinkGraph> linked;
  private @Nullable LinkException failure;

  private SlabLink(MemoryManager memory, Map<String, Long> absolute, Consumer<LinkGraph> linked) {
    this.memory = memory;
    this.absolute = absolute;
    this.linked = linked;
  }

  /**
   * Links a graph.
   *
   * @param absolute external symbols that are defined
   * @param linked is shown the graph when it is fixed up
   */
  static void link(
      LinkGraph graph,
      long address,
      long size,
      Map<String, Long> absolute,
      Consumer<LinkGraph> linked) {
    SlabLink link = new SlabLink(new SlabMemoryManager(address, size, PAGE_SIZE), absolute, linked);
    JITLinker.link(graph, link);
    if (link.failure != null) {
      throw link.failure;
    }
  }

  @Override
  public MemoryManager memoryManager() {
    return memory;
  }

  @Override
  public CompletableFuture<Map<String, ResolvedSymbol>> lookup(
      Map<String, SymbolLookupFlags> symbols) {
    Map<String, ResolvedSymbol> found = new HashMap<>();
    symbols
        .keySet()
        .forEach(
            name -> found.put(name, new ResolvedSymbol(absolute.getOrDefault(name, 0L), true)));
    return CompletableFuture.completedFuture(found);
  }

  @Override
  public void modifyPassConfiguration(LinkGraph graph, PassConfiguration configuration) {
    configuration.postFixup().add(linked::accept);
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
