package uruk.orc;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sets of names in error texts: long ones are cut. */
final class SymbolNames {
  private static final int LIMIT = 20;

  private SymbolNames() {}

  static String of(Map<JITDylib, Set<String>> symbols) {
    return symbols.entrySet().stream()
        .map(entry -> "(\"%s\", %s)".formatted(entry.getKey().name(), of(entry.getValue())))
        .collect(Collectors.joining(", ", "{ ", " }"));
  }

  static String of(Set<String> names) {
    return some(names);
  }

  /** {@return the first elements, and how many more there are} */
  static String some(Collection<?> elements) {
    String shown =
        elements.stream().limit(LIMIT).map(Object::toString).collect(Collectors.joining(", "));
    int more = elements.size() - LIMIT;
    return more > 0 ? "[ %s, and %d more ]".formatted(shown, more) : "[ %s ]".formatted(shown);
  }

  static String because(@Nullable Throwable cause) {
    return cause == null ? "" : ", because: " + cause.getMessage();
  }
}
