package uruk.orc;

import java.util.Objects;

/**
 * What an alias stands for.
 *
 * @param aliasee the name of the symbol whose address the alias gets
 * @param flags the alias's own flags
 */
public record Alias(String aliasee, SymbolFlags flags) {
  /** Checks that nothing is missing. */
  public Alias {
    Objects.requireNonNull(aliasee);
    Objects.requireNonNull(flags);
  }
}
