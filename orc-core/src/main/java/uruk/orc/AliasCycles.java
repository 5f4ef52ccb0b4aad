package uruk.orc;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds aliases of several units that stand for each other in a circle, which would never resolve.
 */
final class AliasCycles {
  private AliasCycles() {}

  /**
   * Notes what the aliases of a unit stand for, now that it is about to wait for them. Called under
   * the session lock.
   *
   * @throws AliasCycleException if one stands, over units that wait already, for itself
   */
  static void check(Definition unit, Map<String, SymbolInstance> aliases) {
    unit.aliases = aliases;
    aliases.forEach((name, target) -> follow(new SymbolInstance(unit.dylib(), name), target));
  }

  private static void follow(SymbolInstance start, SymbolInstance first) {
    StringBuilder path = new StringBuilder(start.toString());
    for (SymbolInstance at = first; at != null; at = targetOf(at)) {
      path.append(" -> ").append(at);
      if (at.equals(start)) {
        throw new AliasCycleException(path.toString());
      }
    }
  }

  private static @Nullable SymbolInstance targetOf(SymbolInstance alias) {
    SymbolEntry entry = alias.dylib().table().find(alias.name());
    Definition unit = entry == null ? null : entry.owner;
    return unit == null || unit.aliases == null ? null : unit.aliases.get(alias.name());
  }
}
