package uruk.jitlink;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.MemoryManager;

/**
 * What a link needs from its surroundings, and whom it tells. One context serves one link. The
 * methods are called by one thread at a time, though not always by the same one. What a method
 * throws ends the link and arrives at {@link #notifyFailed} as the cause.
 */
public interface LinkContext {

  /** {@return the memory manager of this link} */
  MemoryManager memoryManager();

  /**
   * Finds the addresses of external symbols; called after {@link #notifyResolved}, so that graphs
   * which refer to each other can be linked.
   *
   * @param symbols the names, and whether the link can do without
   * @return what was found; names that are missing must be weakly referenced
   */
  CompletableFuture<Map<String, ResolvedSymbol>> lookup(Map<String, SymbolLookupFlags> symbols);

  /** Called when the addresses of all defined symbols are final; content is not yet fixed up. */
  void notifyResolved(LinkGraph graph);

  /** Called when the memory is complete and protected: the end of a successful link. */
  void notifyFinalized(FinalizedAllocation allocation);

  /** Called when the link has failed and has given back what it had allocated. */
  void notifyFailed(LinkException failure);

  /**
   * Marks the symbols live that dead-stripping starts from; the last default pre-prune pass. All by
   * default.
   */
  default void markLive(LinkGraph graph) {
    graph.forEachDefinedSymbol(symbol -> symbol.setLive(true));
    graph.absoluteSymbols().forEach(symbol -> symbol.setLive(true));
    graph.externalSymbols().forEach(symbol -> symbol.setLive(true));
  }

  /**
   * {@return whether an external symbol's address may turn out to be too far for a direct branch}
   * Branches to such a symbol get a stub in the graph's own memory, which is bypassed if the symbol
   * turns out to be near. True by default.
   */
  default boolean mayBeOutOfReach(Symbol external) {
    return true;
  }

  /** Changes the passes before the link begins; they contain the target's own already. */
  default void modifyPassConfiguration(LinkGraph graph, PassConfiguration configuration) {}
}
