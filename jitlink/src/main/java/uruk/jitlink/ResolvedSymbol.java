package uruk.jitlink;

/**
 * What a look-up found under a name.
 *
 * @param address the address that references use
 * @param finalTarget whether the address will mean the same definition as long as the asking graph
 *     is linked, so that loads from the global offset table may become direct references; false for
 *     entries that can be redirected
 */
public record ResolvedSymbol(long address, boolean finalTarget) {}
