package uruk.orc;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a unit says of itself before it is defined. It is asked outside the session lock, since it
 * is code of users.
 *
 * @param unit the unit
 * @param name its name
 * @param commons the extents of its common symbols as far as it knows them; null for none
 */
record UnitPromise(
    MaterializationUnit unit, String name, @Nullable Map<String, CommonExtent> commons) {

  /**
   * Asks a unit.
   *
   * @throws IllegalArgumentException if it declares a symbol as failed
   */
  static UnitPromise of(MaterializationUnit unit) {
    String name = Objects.requireNonNull(unit.name());
    Map<String, CommonExtent> commons = new HashMap<>();
    unit.symbols()
        .forEach((symbol, flags) -> {
          checkNotFailed(name, symbol, flags);
          CommonExtent extent = flags.isCommon() ? unit.commonExtent(symbol) : null;
          if (extent != null) {
            commons.put(symbol, extent);
          }
        });
    return new UnitPromise(unit, name, commons.isEmpty() ? null : commons);
  }

  /** Checks that nobody promises a symbol that could never be had. */
  static void checkNotFailed(String unit, String symbol, SymbolFlags flags) {
    if (flags.hasError()) {
      throw new IllegalArgumentException(
          "%s of %s is declared as failed: an error is what becomes of a symbol. Leave HAS_ERROR out."
              .formatted(symbol, unit));
    }
  }

  Map<String, SymbolFlags> symbols() {
    return unit.symbols();
  }

  @Nullable CommonExtent extent(String symbol) {
    return commons == null ? null : commons.get(symbol);
  }
}
