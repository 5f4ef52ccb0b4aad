package uruk.orc;

/** Symbols whose addresses are known from the start. */
public final class AbsoluteSymbols extends MaterializationUnit {
  private final SymbolMap symbols;

  private AbsoluteSymbols(SymbolMap symbols) {
    super(new Interface(symbols.flags()));
    this.symbols = symbols;
  }

  /** {@return a unit that gives the symbols the addresses and flags of the map} */
  public static MaterializationUnit of(SymbolMap symbols) {
    return new AbsoluteSymbols(symbols);
  }

  @Override
  public String name() {
    return "<Absolute Symbols>";
  }

  @Override
  protected void materialize(MaterializationResponsibility responsibility) {
    responsibility.bind(symbols);
  }

  @Override
  protected void discard(JITDylib dylib, String name) {}
}
