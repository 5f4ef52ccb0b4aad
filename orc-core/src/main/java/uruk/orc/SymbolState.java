package uruk.orc;

/**
 * How far a symbol is. The order matters: a look-up that asks for one state is content with any
 * later one. An error is not a state but a flag that stays with the symbol ({@link
 * SymbolFlags#hasError()}).
 */
public enum SymbolState {
  /** Defined by a unit that no look-up has touched yet. */
  NEVER_SEARCHED("Never-Searched"),
  /**
   * Some look-up has matched a symbol of the unit: its definition is being made, or was handed
   * back.
   */
  MATERIALIZING("Materializing"),
  /** The address is known. It may be written into other code but not called. */
  RESOLVED("Resolved"),
  /** The definition's bytes are in place; something that it depends on is not. */
  EMITTED("Emitted"),
  /** The definition and all that it depends on are in place: it may be used. */
  READY("Ready");

  private final String text;

  SymbolState(String text) {
    this.text = text;
  }

  /** {@return the state in words, as the session dump shows it} */
  public String text() {
    return text;
  }
}
