package uruk.orc;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
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

  /** {@return a copy that nobody can change} */
  static Map<JITDylib, Set<String>> immutable(Map<JITDylib, Set<String>> symbols) {
    ImmutableMap.Builder<JITDylib, Set<String>> copy = ImmutableMap.builder();
    symbols.forEach((dylib, names) -> copy.put(dylib, ImmutableSet.copyOf(names)));
    return copy.buildOrThrow();
  }

  /** {@return the first elements, and how many more there are} */
  static String some(Collection<?> elements) {
    String shown =
        elements.stream().limit(LIMIT).map(Object::toString).collect(Collectors.joining(", "));
    int more = elements.size() - LIMIT;
    return more > 0 ? "[ %s, and %d more ]".formatted(shown, more) : "[ %s ]".formatted(shown);
  }

  static String because(@Nullable Throwable cause) {
    return cause == null ? "" : ", because: " + message(cause);
  }

  /**
   * {@return the message of an exception, or its class if it has none} Calls code of users, and so
   * not under the session lock, unless the exception is one of ours.
   */
  static String message(Throwable failure) {
    String message = null;
    try {
      message = failure.getMessage();
    } catch (Throwable unspeakable) {
      // Its class must do.
    }
    return message == null ? failure.getClass().getName() : message;
  }
}
