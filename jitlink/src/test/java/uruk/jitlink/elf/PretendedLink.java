package uruk.jitlink.elf;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkContext;
import uruk.jitlink.LinkException;
import uruk.jitlink.ResolvedSymbol;
import uruk.jitlink.SymbolLookupFlags;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.MemoryManager;
import uruk.jitlink.memory.SlabMemoryManager;

/** A link at a pretended address, to external symbols that are all at one address. */
final class PretendedLink implements LinkContext {
  private final MemoryManager memory = new SlabMemoryManager(0x100000, 1 << 26, 4096);
  private @Nullable LinkException failure;

  /** {@return why the link failed, or null} */
  @Nullable LinkException failure() {
    return failure;
  }

  @Override
  public MemoryManager memoryManager() {
    return memory;
  }

  @Override
  public CompletableFuture<Map<String, ResolvedSymbol>> lookup(
      Map<String, SymbolLookupFlags> symbols) {
    Map<String, ResolvedSymbol> found = new HashMap<>();
    symbols.keySet().forEach(name -> found.put(name, new ResolvedSymbol(0x200000, true)));
    return CompletableFuture.completedFuture(found);
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
