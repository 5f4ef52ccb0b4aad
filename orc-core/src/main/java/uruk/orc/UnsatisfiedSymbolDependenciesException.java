package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A unit emitted symbols that depend on symbols that failed, were removed or were never defined.
 * The unit must fail its responsibility; the cause is why the first dependency failed.
 */
public final class UnsatisfiedSymbolDependenciesException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient JITDylib dylib;
  private final transient Set<String> failedSymbols;
  private final transient Map<JITDylib, Set<String>> badDependencies;

  UnsatisfiedSymbolDependenciesException(
      JITDylib dylib,
      Set<String> failedSymbols,
      Map<JITDylib, Set<String>> badDependencies,
      @Nullable Throwable cause,
      String because) {
    super(
        "In \"%s\", %s have unsatisfied dependencies: %s. These failed, were removed or are not defined%s"
            .formatted(
                dylib.name(),
                SymbolNames.of(failedSymbols),
                SymbolNames.of(badDependencies),
                because),
        cause);
    this.dylib = dylib;
    this.failedSymbols = ImmutableSet.copyOf(failedSymbols);
    this.badDependencies = SymbolNames.immutable(badDependencies);
  }

  /** {@return the dylib of the emitted symbols} */
  public JITDylib dylib() {
    return dylib;
  }

  /** {@return the emitted symbols that cannot become ready} */
  public Set<String> failedSymbols() {
    return failedSymbols;
  }

  /** {@return what they depend on in vain, by dylib} */
  public Map<JITDylib, Set<String>> badDependencies() {
    return badDependencies;
  }
}
