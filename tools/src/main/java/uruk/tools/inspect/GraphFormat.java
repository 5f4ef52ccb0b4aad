package uruk.tools.inspect;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import uruk.tools.UsageException;

/** How {@code --graph} prints. */
enum GraphFormat {
  /** As LLVM's tools dump graphs. */
  TEXT,
  /** For Graphviz. */
  DOT,
  /** For programs. */
  JSON;

  static GraphFormat of(String word) {
    return Arrays.stream(values())
        .filter(format -> format.word().equals(word))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "there is no graph format '%s', only %s"
                    .formatted(
                        word,
                        Arrays.stream(values())
                            .map(GraphFormat::word)
                            .collect(Collectors.joining(", ")))));
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
