package uruk.orc;

/** Whether a look-up may do without a symbol. */
public enum SymbolLookupFlags {
  /** The look-up fails if the symbol is missing. */
  REQUIRED_SYMBOL,
  /** A missing symbol simply has no entry in the result; one that fails still fails the look-up. */
  WEAKLY_REFERENCED_SYMBOL
}
