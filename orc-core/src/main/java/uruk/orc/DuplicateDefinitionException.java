package uruk.orc;

/** A dylib has a definition of the name that the new one cannot replace. Nothing was added. */
public final class DuplicateDefinitionException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient SymbolInstance symbol;

  DuplicateDefinitionException(SymbolInstance symbol, String unit, String existing, String hint) {
    super(
        "In %s, duplicate definition of %s: \"%s\" has it from %s. %s"
            .formatted(unit, symbol.name(), symbol.dylib().name(), existing, hint),
        null);
    this.symbol = symbol;
  }

  /** {@return the symbol that is defined already} */
  public SymbolInstance symbol() {
    return symbol;
  }
}
