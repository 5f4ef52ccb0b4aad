package uruk.orc;

import java.util.Set;

/** Symbols outside a tracker depend on symbols inside it. Nothing was removed. */
public final class SymbolsInUseException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient Set<SymbolInstance> users;

  SymbolsInUseException(ResourceKey key, Set<SymbolInstance> users) {
    super(
        "The resource tracker %s is in use by %s. Remove the users first, or choose CASCADE or UNCONDITIONAL."
            .formatted(key, SymbolNames.some(users)),
        null);
    this.users = users;
  }

  /** {@return the symbols that depend on the tracker} */
  public Set<SymbolInstance> users() {
    return users;
  }
}
