/**
 * Reads command lines by a table. A command lists its options as an enum, one line each; the same
 * table is read by the parser and printed as help.
 */
package uruk.tools.option;
