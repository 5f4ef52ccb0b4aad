package uruk.bench.session;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What is doubled, and from which number on. */
@SuppressWarnings("ImmutableEnumChecker") // method references have no state
enum DoublingFigure {
  SYMBOLS("symbols", 62_500, FreshSessions::absoluteSymbols),
  CHAIN("units in a chain", 5000, FreshSessions::chain),
  EDGES("edges among 2,500 symbols", 10_000, FreshSessions::edges),
  WOVEN("symbols with 4 edges each", 5000, FreshSessions::woven),
  NEEDS("names that those need, read by a loop without Uruk", 5000, FreshSessions::readNeeds),
  DYLIBS("dylibs searched", 1000, FreshSessions::dylibs),
  GENERATORS("generators asked", 1000, FreshSessions::generators),
  WAITERS("waiters", 5000, FreshSessions::waiters),
  MEMORY("reads of memory in random order, without Uruk", 16_384, FreshSessions::randomWalk);

  private static final int SIZES = 4;

  private final String text;
  private final int smallest;
  private final Function<FreshSessions, Object> work;

  DoublingFigure(String text, int smallest, Function<FreshSessions, Object> work) {
    this.text = text;
    this.smallest = smallest;
    this.work = work;
  }

  /** {@return the name by which the figure is chosen} */
  String title() {
    return "doubling " + text;
  }

  /** {@return what there are so many of} */
  String text() {
    return text;
  }

  /** {@return the numbers that are compared, each twice the one before} */
  List<Integer> sizes() {
    return IntStream.range(0, SIZES).map(at -> smallest << at).boxed().toList();
  }

  /** {@return sessions in which {@link #run} finds its names} */
  static FreshSessions prepared(int size) {
    FreshSessions sessions = new FreshSessions();
    sessions.size = size;
    sessions.prepare();
    return sessions;
  }

  /**
   * Does the work once, in a session that was started.
   *
   * @return the result, which is to be kept, so that the compiler leaves nothing out
   */
  Object run(FreshSessions sessions) {
    return work.apply(sessions);
  }
}
