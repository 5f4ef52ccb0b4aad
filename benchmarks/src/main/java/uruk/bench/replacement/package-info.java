/**
 * What replacing costs: {@link uruk.bench.replacement.ReplacementSpeed} prints every figure, those
 * that LLVM 22 has too beside those of a program over its redirectable symbols.
 */
@NullMarked
package uruk.bench.replacement;

import org.jspecify.annotations.NullMarked;
