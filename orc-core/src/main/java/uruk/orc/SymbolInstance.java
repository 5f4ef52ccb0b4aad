package uruk.orc;

import java.util.concurrent.CompletableFuture;

/**
 * A symbol of one particular dylib.
 *
 * @param dylib where it is defined
 * @param name its name
 */
public record SymbolInstance(JITDylib dylib, String name) {
  /**
   * Looks the symbol up in exactly this dylib, hidden or not.
   *
   * @throws OrcException if it is missing or fails
   */
  public ExecutorSymbolDef lookup() {
    return dylib.session().lookup(order(), name);
  }

  /**
   * Looks the symbol up in exactly this dylib, hidden or not.
   *
   * @return completes when the symbol is ready
   */
  public CompletableFuture<ExecutorSymbolDef> lookupAsync() {
    return Lookups.derived(
        dylib
            .session()
            .lookup(LookupKind.STATIC, order(), SymbolLookupSet.of(name), SymbolState.READY),
        found -> found.get(name));
  }

  private SearchOrder order() {
    return SearchOrder.builder().add(dylib, JITDylibLookupFlags.MATCH_ALL_SYMBOLS).build();
  }

  @Override
  public String toString() {
    return "%s in \"%s\"".formatted(name, dylib.name());
  }
}
