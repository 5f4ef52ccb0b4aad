package uruk.materialization;

import org.jspecify.annotations.Nullable;

/**
 * What an address belongs to.
 *
 * @param object the object
 * @param symbol the nearest symbol at or before the address that the object defines for others;
 *     null if there is none
 * @param offset of the address from that symbol, in bytes; without one from the object's memory
 * @param generation which version of the object it is, counted from 1
 */
public record SymbolPlace(
    LinkedObject object, @Nullable String symbol, long offset, int generation) {}
