package uruk.jitlink;

import java.util.Collection;
import java.util.List;

/** A look-up came back without symbols that the graph needs. */
public final class UnresolvedExternalException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String[] symbols;

  /** Says which graph needs which symbols. */
  public UnresolvedExternalException(String graph, Collection<String> symbols) {
    super("In graph " + graph + ", Symbols not found: [ " + String.join(", ", symbols) + " ]");
    this.symbols = symbols.toArray(String[]::new);
  }

  /** {@return the missing names} */
  public List<String> symbols() {
    return List.of(symbols);
  }
}
