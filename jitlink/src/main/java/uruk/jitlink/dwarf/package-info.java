/**
 * Reads debug information: which source line an address belongs to (DWARF 4 and 5, chapter "Line
 * Number Information"). The sections must have been relocated to the addresses that are asked for.
 *
 * <p>Malformed input gives a {@link uruk.jitlink.MalformedObjectException}; time and memory are
 * linear in the size of the sections whatever they contain.
 */
package uruk.jitlink.dwarf;
