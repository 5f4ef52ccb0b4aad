/**
 * The part of a command line that says which files make a program: compiles them, adds them to it.
 */
package uruk.tools.program;
