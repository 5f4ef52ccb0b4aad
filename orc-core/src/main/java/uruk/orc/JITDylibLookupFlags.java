package uruk.orc;

/** Which symbols of a dylib a search sees. */
public enum JITDylibLookupFlags {
  /** Exported symbols only. */
  MATCH_EXPORTED_SYMBOLS_ONLY("MatchExportedSymbolsOnly"),
  /** Hidden symbols too. */
  MATCH_ALL_SYMBOLS("MatchAllSymbols");

  private final String text;

  JITDylibLookupFlags(String text) {
    this.text = text;
  }

  /** {@return LLVM's spelling, as the session dump shows it} */
  public String text() {
    return text;
  }
}
