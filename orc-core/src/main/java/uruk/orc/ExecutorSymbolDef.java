package uruk.orc;

/**
 * Where a symbol is and what it is.
 *
 * @param address the address in the executing process (unsigned 64 bits)
 * @param flags the symbol's properties
 */
public record ExecutorSymbolDef(long address, SymbolFlags flags) {
  @Override
  public String toString() {
    return "0x%x %s".formatted(address, flags);
  }
}
