package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The groups of an emission that need symbols which cannot become ready, and those symbols. Guarded
 * by the session lock.
 */
final class UnsatisfiedGroups {
  private final List<DependenceNode> nodes = new ArrayList<>(1);
  private final Map<JITDylib, Set<String>> reasons = new LinkedHashMap<>();
  private final Set<String> symbols = new LinkedHashSet<>();
  private @Nullable FailedToMaterializeException firstFailure;

  void add(DependenceNode node) {
    nodes.add(node);
    for (int at = 0; at < node.size(); at++) {
      symbols.add(node.symbol(at).name());
    }
  }

  /**
   * The next group to be added needs this symbol.
   *
   * @param failure why the symbol failed, or null if it is missing or another than was found
   */
  void addReason(JITDylib dylib, String name, @Nullable FailedToMaterializeException failure) {
    reasons.computeIfAbsent(dylib, key -> new LinkedHashSet<>()).add(name);
    firstFailure = firstFailure == null ? failure : firstFailure;
  }

  /** The symbols are in no group any more. */
  void dissolve() {
    nodes.forEach(DependenceNode::dissolve);
  }

  UnsatisfiedSymbolDependenciesException exception(JITDylib dylib) {
    return new UnsatisfiedSymbolDependenciesException(
        dylib,
        symbols,
        reasons,
        firstFailure == null ? null : firstCauseOf(firstFailure),
        firstFailure == null ? "" : firstFailure.because());
  }

  private static Throwable firstCauseOf(FailedToMaterializeException failure) {
    return failure.getCause() == null ? failure : failure.getCause();
  }
}
