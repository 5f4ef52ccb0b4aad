package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Set;

/**
 * These symbols of a unit need those symbols. The groups given to {@link
 * MaterializationResponsibility#notifyEmitted} are disjoint; a symbol in no group needs nothing.
 *
 * <p>Symbols that were ready when the linker found them need not be listed for readiness, but
 * should be: the session keeps the edges to answer {@link ExecutionSession#usersOf(JITDylib,
 * String)}.
 *
 * @param symbols names that the reporting unit is responsible for
 * @param dependencies names they need, by the dylib each was found in
 */
public record SymbolDependenceGroup(Set<String> symbols, Map<JITDylib, Set<String>> dependencies) {
  /** Copies the collections. */
  public SymbolDependenceGroup {
    symbols = ImmutableSet.copyOf(symbols);
    dependencies = SymbolNames.immutable(dependencies);
  }
}
