/** What the guard around linked code and throwing exceptions in it cost. */
@NullMarked
package uruk.bench.platform;

import org.jspecify.annotations.NullMarked;
