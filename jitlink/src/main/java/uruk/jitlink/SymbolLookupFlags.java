package uruk.jitlink;

/** Whether a link can do without an external symbol. */
public enum SymbolLookupFlags {
  /** The link fails without the symbol. */
  REQUIRED_SYMBOL,
  /** The symbol's address is 0 if it is missing. */
  WEAKLY_REFERENCED_SYMBOL
}
