package uruk.jitlink.archive;

import java.util.List;

/** Which member of an archive defines a symbol. Immutable. */
sealed interface SymbolIndex permits StoredSymbolIndex, ScannedSymbolIndex {

  /** No member defines the symbol. */
  long NONE = -1;

  /** {@return the offset of the first member that defines the symbol, or {@link #NONE}} */
  long memberOffset(String symbol);

  /** {@return all symbols, each once} */
  List<String> symbols();

  /** {@return the index in the form of one that an archive has} */
  StoredSymbolIndex stored();
}
