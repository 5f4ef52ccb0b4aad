/** Turns source files into objects with the compilers of the machine, and remembers the objects. */
package uruk.tools.source;
