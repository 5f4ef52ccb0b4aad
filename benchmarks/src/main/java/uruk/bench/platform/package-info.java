/** What throwing exceptions in linked code costs. */
@NullMarked
package uruk.bench.platform;

import org.jspecify.annotations.NullMarked;
