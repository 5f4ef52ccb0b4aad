/**
 * What a comparison of a JMH benchmark with another program consists of: {@link
 * uruk.bench.compare.JmhRun} runs the benchmark in a JVM of its own, {@link
 * uruk.bench.compare.Samples} are the rounds of either side, {@link uruk.bench.compare.MachineLoad}
 * refuses a busy machine.
 */
@NullMarked
package uruk.bench.compare;

import org.jspecify.annotations.NullMarked;
