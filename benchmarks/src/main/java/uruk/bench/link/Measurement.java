package uruk.bench.link;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * One measured add and look-up with the removal after it, in nanoseconds.
 *
 * @param link wall time of adding the objects and looking the symbols up
 * @param cpu the process's CPU time of the same, with all its threads
 * @param remove wall time of the removal
 */
record Measurement(long link, long cpu, long remove) {

  /** {@return the middle one of a value} */
  static long median(List<Measurement> samples, ToLongFunction<Measurement> value) {
    return samples.stream().mapToLong(value).sorted().toArray()[samples.size() / 2];
  }

  /** {@return the smallest of a value} */
  static long minimum(List<Measurement> samples, ToLongFunction<Measurement> value) {
    return samples.stream().mapToLong(value).min().orElseThrow();
  }
}
