package uruk.jitlink;

/** One object defines a name twice. */
public final class DuplicateDefinitionException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String symbol;

  /** Says which object defines which name twice. */
  public DuplicateDefinitionException(String object, String symbol) {
    super("In " + object + ", duplicate definition of " + symbol);
    this.symbol = symbol;
  }

  /** {@return the name} */
  public String symbol() {
    return symbol;
  }
}
