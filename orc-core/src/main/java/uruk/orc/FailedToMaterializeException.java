package uruk.orc;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Symbols that a look-up needs could not be produced, or depend on symbols that could not be. The
 * cause says why.
 */
public final class FailedToMaterializeException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient Map<JITDylib, Set<String>> symbols;

  FailedToMaterializeException(Map<JITDylib, Set<String>> symbols, @Nullable Throwable cause) {
    super(
        "Failed to materialize symbols: %s%s"
            .formatted(SymbolNames.of(symbols), SymbolNames.because(cause)),
        cause,
        false);
    this.symbols = symbols;
  }

  private FailedToMaterializeException(FailedToMaterializeException failure, String message) {
    super(message, failure.getCause());
    this.symbols = failure.symbols;
  }

  /** {@return the same error, with the calling thread's stack trace} */
  FailedToMaterializeException here() {
    return new FailedToMaterializeException(this, String.valueOf(getMessage()));
  }

  /** {@return the symbols that failed, by dylib} */
  public Map<JITDylib, Set<String>> symbols() {
    return symbols;
  }
}
