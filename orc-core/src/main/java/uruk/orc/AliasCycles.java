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
    aliases.forEach((name, target) -> check(new SymbolInstance(unit.dylib(), name), target));
  }

  private static void check(SymbolInstance start, SymbolInstance first) {
    for (SymbolInstance at = first; at != null; at = targetOf(at)) {
      start.dylib().session().countStep();
      if (at.equals(start)) {
        throw new AliasCycleException(path(start, first));
      }
    }
  }

  private static String path(SymbolInstance start, SymbolInstance first) {
    StringBuilder path = new StringBuilder(start.toString());
    SymbolInstance at = first;
    while (at != null && !at.equals(start)) {
      path.append(" -> ").append(at);
      at = targetOf(at);
    }
    return path.append(" -> ").append(start).toString();
  }

  /** {@return what an alias stands for that waits itself, else null} */
  private static @Nullable SymbolInstance targetOf(SymbolInstance alias) {
    SymbolEntry entry = alias.dylib().table().find(alias.name());
    if (entry == null || entry.owner == null || entry.isAtLeast(SymbolState.RESOLVED)) {
      return null;
    }
    Map<String, SymbolInstance> aliases = entry.owner.aliases;
    return aliases == null ? null : aliases.get(alias.name());
  }
}
