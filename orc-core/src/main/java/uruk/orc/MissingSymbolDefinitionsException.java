package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.Set;

/**
 * An object does not define symbols that its unit promised: a broken transformation or compiler.
 */
public final class MissingSymbolDefinitionsException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient Set<String> symbols;

  /**
   * Creates the error.
   *
   * @param module the object or unit at fault
   * @param symbols the names
   */
  public MissingSymbolDefinitionsException(String module, Set<String> symbols) {
    super("%s did not define %s".formatted(module, SymbolNames.of(symbols)), null);
    this.symbols = ImmutableSet.copyOf(symbols);
  }

  /** {@return the names} */
  public Set<String> symbols() {
    return symbols;
  }
}
