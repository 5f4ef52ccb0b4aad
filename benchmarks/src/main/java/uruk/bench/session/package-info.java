/**
 * Compares the session with LLVM 22's ORC: ready look-ups, absolute symbols, chains of units, dense
 * dependences; and measures what doubling costs. {@link uruk.bench.session.SessionComparison} runs
 * it all.
 */
@NullMarked
package uruk.bench.session;

import org.jspecify.annotations.NullMarked;
