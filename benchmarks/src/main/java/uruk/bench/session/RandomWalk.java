package uruk.bench.session;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Cache lines that are read one after the other, each naming the next: what the memory alone costs.
 */
final class RandomWalk {
  private static final int INTS_IN_A_LINE = 16;

  private final int[] next;

  /** Makes a walk that reads each of so many lines once. */
  RandomWalk(int lines) {
    List<Integer> order = new ArrayList<>(IntStream.range(1, lines).boxed().toList());
    Collections.shuffle(order, new Random(1));
    next = new int[lines * INTS_IN_A_LINE];
    int at = 0;
    for (int line : order) {
      next[at] = line * INTS_IN_A_LINE;
      at = next[at];
    }
  }

  /** {@return the sum of the places, which are read in the walk's order} */
  Long walk() {
    long sum = 0;
    int at = 0;
    do {
      at = next[at];
      sum += at;
    } while (at != 0);
    return sum;
  }
}
