package uruk.orc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a look-up asks for.
 *
 * @param kind what generators are told
 * @param order where to search
 * @param names what to find
 * @param requiredState how far the symbols must be
 * @param flagsOnly whether to find the symbols without making them
 * @param registrar who wants to know where the symbols were found, or null
 * @param onBehalfOf the responsibility that asks, or null
 */
record LookupRequest(
    LookupKind kind,
    SearchOrder order,
    SymbolLookupSet names,
    SymbolState requiredState,
    boolean flagsOnly,
    @Nullable DependenceRegistrar registrar,
    @Nullable Definition onBehalfOf) {
  LookupRequest {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(names);
    if (!flagsOnly) {
      checkCanBeWaitedFor(requiredState);
    }
  }

  static void checkCanBeWaitedFor(SymbolState required) {
    if (required.compareTo(SymbolState.RESOLVED) < 0) {
      throw new IllegalArgumentException(
          "A look-up waits for RESOLVED or a later state, not for " + required);
    }
  }
}
