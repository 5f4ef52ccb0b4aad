package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.Set;

/** Symbols are being materialized and cannot be removed by name. Nothing was removed. */
public final class SymbolsCouldNotBeRemovedException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient Set<String> symbols;

  SymbolsCouldNotBeRemovedException(JITDylib dylib, Set<String> symbols) {
    super(
        "Symbols could not be removed: %s in \"%s\" are being materialized. Wait for them, or remove their tracker."
            .formatted(SymbolNames.of(symbols), dylib.name()),
        null);
    this.symbols = ImmutableSet.copyOf(symbols);
  }

  /** {@return the symbols that are in the way} */
  public Set<String> symbols() {
    return symbols;
  }
}
