package uruk.bench.link;

import java.util.function.Supplier;
import uruk.bench.compare.JmhRun;

/**
 * One line of the table.
 *
 * @param name what it is called on the command line
 * @param workload what is linked
 * @param goal what our time may be at most, as a part of the peer's; NaN for no goal
 * @param phonyExternals whether missing names get an address that nobody calls
 * @param copies dylibs that get the objects, each
 * @param threads that link; 0 for the calling one
 * @param peerRounds how often the peer runs; fewer than our rounds where it takes seconds
 */
record LinkCase(
    String name,
    Supplier<Workload> workload,
    double goal,
    boolean phonyExternals,
    int copies,
    int threads,
    int peerRounds) {

  static LinkCase of(String name, double goal, Supplier<Workload> workload) {
    return new LinkCase(name, workload, goal, false, 1, 0, JmhRun.ROUNDS);
  }

  LinkCase withPhonyExternals() {
    return new LinkCase(name, workload, goal, true, copies, threads, peerRounds);
  }

  LinkCase spreadOver(int dylibs, int threadCount) {
    return new LinkCase(name, workload, goal, phonyExternals, dylibs, threadCount, peerRounds);
  }

  LinkCase withPeerRounds(int count) {
    return new LinkCase(name, workload, goal, phonyExternals, copies, threads, count);
  }
}
