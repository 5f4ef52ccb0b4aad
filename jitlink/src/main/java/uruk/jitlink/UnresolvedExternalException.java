package uruk.jitlink;

import java.util.Collection;
import java.util.List;

/** A look-up came back without symbols that the graph needs. */
public final class UnresolvedExternalException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String[] symbols;

  /** Says which graph needs which symbols. */
  public UnresolvedExternalException(String graph, Collection<String> symbols) {
    super("In graph " + graph + ", " + list(symbols));
    this.symbols = symbols.toArray(String[]::new);
  }

  private UnresolvedExternalException(Collection<String> symbols, String message) {
    super(message);
    this.symbols = symbols.toArray(String[]::new);
  }

  /**
   * {@return an error that says which symbols are missing, and then all that is known of them}
   *
   * @param explanation lines that say who needs them, where was searched, and how to mend it
   */
  public static UnresolvedExternalException explained(
      Collection<String> symbols, List<String> explanation) {
    return new UnresolvedExternalException(
        symbols, list(symbols) + "\n" + String.join("\n", explanation));
  }

  private static String list(Collection<String> symbols) {
    return "Symbols not found: [ " + String.join(", ", symbols) + " ]";
  }

  /** {@return the missing names} */
  public List<String> symbols() {
    return List.of(symbols);
  }
}
