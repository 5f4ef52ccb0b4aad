package uruk.materialization;

import java.util.List;
import java.util.stream.Collectors;

/** Other objects use what was to go. Nothing has changed. */
public final class ObjectInUseException extends UpdateException {
  private static final long serialVersionUID = 1;
  private static final int SHOWN = 10;

  private final transient List<SymbolUse> uses;

  ObjectInUseException(String what, List<SymbolUse> uses, String remedy) {
    super("%s:%n%s%n%s".formatted(what, lines(uses), remedy));
    this.uses = List.copyOf(uses);
  }

  private static String lines(List<SymbolUse> uses) {
    String shown =
        uses.stream()
            .limit(SHOWN)
            .map(use -> "  %s is used by %s".formatted(use.symbol(), use))
            .collect(Collectors.joining(System.lineSeparator()));
    return uses.size() <= SHOWN ? shown : "%s%n  and %d more".formatted(shown, uses.size() - SHOWN);
  }

  /** {@return who uses it, and where} */
  public List<SymbolUse> uses() {
    return uses;
  }
}
