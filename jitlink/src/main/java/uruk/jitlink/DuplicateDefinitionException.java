package uruk.jitlink;

/** One object, or two that are linked as one, define a name twice. */
public final class DuplicateDefinitionException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String symbol;

  /** Says which object defines which name twice. */
  public DuplicateDefinitionException(String object, String symbol) {
    super("In " + object + ", duplicate definition of " + symbol);
    this.symbol = symbol;
  }

  /** Says which object defines which name that another one defines as well. */
  public DuplicateDefinitionException(String object, String symbol, String other) {
    super(
        "In %s, duplicate definition of %s, which %s defines as well. Take one of them away, or make it weak."
            .formatted(object, symbol, other));
    this.symbol = symbol;
  }

  /** {@return the name} */
  public String symbol() {
    return symbol;
  }
}
