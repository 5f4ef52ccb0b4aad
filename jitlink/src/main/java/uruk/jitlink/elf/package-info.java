/**
 * Reads ELF relocatable objects, of either class and byte order, with classes named as the chapters
 * of the System V gABI. Knows no target: what a relocation means is the {@link
 * uruk.jitlink.graph.Target}'s table.
 */
package uruk.jitlink.elf;
