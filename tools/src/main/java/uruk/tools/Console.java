package uruk.tools;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err messages for people
 */
public record Console(PrintStream out, PrintStream err) {}
