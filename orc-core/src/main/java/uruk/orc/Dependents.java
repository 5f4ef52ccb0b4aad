package uruk.orc;

import java.util.Set;

/**
 * Symbols on one side of dependences, and to what they belong. A snapshot.
 *
 * @param symbols the symbols
 * @param units the names of the units that define them
 * @param trackers the trackers that own them
 */
public record Dependents(
    Set<SymbolInstance> symbols, Set<String> units, Set<ResourceTracker> trackers) {}
