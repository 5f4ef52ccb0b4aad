package uruk.jitlink.elf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Symbol;

/**
 * What the files of one graph have in common: a symbol for each global name, and one section group
 * for each signature.
 */
final class SharedNames {
  private final Map<String, Symbol> symbols = new HashMap<>();
  private final Set<String> groups = new HashSet<>();

  /** {@return the symbol that stands for a name in all files so far, or null} */
  @Nullable Symbol find(String name) {
    return symbols.get(name);
  }

  /** Has a symbol stand for its name in all files. */
  Symbol add(Symbol symbol) {
    symbols.put(symbol.name(), symbol);
    return symbol;
  }

  /**
   * {@return whether no file so far has a group of that signature; the first one's is linked} Words
   * that frame descriptions need are each file's own, and their groups all linked.
   */
  boolean takesGroup(String signature) {
    return groups.add(signature) || signature.startsWith(SymbolFacts.INDIRECT_REFERENCE);
  }
}
