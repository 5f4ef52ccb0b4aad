/**
 * {@code uruk inspect}: shows what object files and archives hold, and the graph that the linker
 * makes of an object, after any phase. One class per kind of output.
 */
package uruk.tools.inspect;
