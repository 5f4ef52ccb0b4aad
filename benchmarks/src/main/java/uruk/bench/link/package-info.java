/**
 * How fast objects are linked, beside LLVM's LLJIT on the same inputs in the same minutes, and what
 * resident objects take. {@link uruk.bench.link.LinkSpeed} holds the cases and their goals; {@link
 * uruk.bench.link.Inputs} makes their objects.
 */
@NullMarked
package uruk.bench.link;

import org.jspecify.annotations.NullMarked;
