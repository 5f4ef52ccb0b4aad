package uruk.orc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Required symbols have no visible definition in the search order. The message begins as LLVM's
 * does and goes on with who asked, where was searched, and near misses.
 */
public final class SymbolsNotFoundException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient List<String> symbols;
  private final transient List<String> nearMisses;

  SymbolsNotFoundException(
      List<String> symbols,
      @Nullable String requester,
      SearchOrder order,
      List<String> nearMisses) {
    super(text(symbols, requester, order, nearMisses), null);
    this.symbols = List.copyOf(symbols);
    this.nearMisses = nearMisses;
  }

  private static String text(
      List<String> symbols,
      @Nullable String requester,
      SearchOrder order,
      List<String> nearMisses) {
    StringBuilder text =
        new StringBuilder("Symbols not found: [ ").append(String.join(", ", symbols)).append(" ]");
    if (requester != null) {
      text.append("\n  needed by ").append(requester);
    }
    text.append("\n  searched ").append(order.isEmpty() ? "nowhere" : order.names());
    nearMisses.forEach(hint -> text.append("\n  ").append(hint));
    return text.toString();
  }

  /** {@return all the missing names} */
  public List<String> symbols() {
    return symbols;
  }

  /** {@return hints such as {@code did you mean add (in "main")?}} */
  public List<String> nearMisses() {
    return nearMisses;
  }
}
