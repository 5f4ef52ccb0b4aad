package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.Set;

/** An object defines symbols that its unit did not promise: a broken transformation or compiler. */
public final class UnexpectedSymbolDefinitionsException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient Set<String> symbols;

  /**
   * Creates the error.
   *
   * @param module the object or unit at fault
   * @param symbols the names
   */
  public UnexpectedSymbolDefinitionsException(String module, Set<String> symbols) {
    super("%s defined without having promised %s".formatted(module, SymbolNames.of(symbols)), null);
    this.symbols = ImmutableSet.copyOf(symbols);
  }

  /** {@return the names} */
  public Set<String> symbols() {
    return symbols;
  }
}
