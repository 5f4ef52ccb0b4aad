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
  private final String because;

  /**
   * Creates the error under the session lock.
   *
   * @param because the cause in words, which were asked for outside the lock
   */
  FailedToMaterializeException(
      Map<JITDylib, Set<String>> symbols, @Nullable Throwable cause, String because) {
    super(
        "Failed to materialize symbols: %s%s".formatted(SymbolNames.of(symbols), because),
        cause,
        false);
    this.symbols = SymbolNames.immutable(symbols);
    this.because = because;
  }

  private FailedToMaterializeException(FailedToMaterializeException failure, String message) {
    super(message, failure.getCause());
    this.symbols = failure.symbols;
    this.because = failure.because;
  }

  /** {@return the cause in words} */
  String because() {
    return because;
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
