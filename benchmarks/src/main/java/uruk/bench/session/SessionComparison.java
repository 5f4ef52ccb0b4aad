package uruk.bench.session;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

/**
 * Measures the session beside the program over LLVM 22's ORC, in the same minutes, and prints both.
 *
 * <p>Usage: {@code SessionComparison [path of the peer] [rounds]}. Each figure is the median of the
 * rounds after a warm-up, with the minimum in brackets.
 */
public final class SessionComparison {
  private static final int LOOKUPS = 200_000;

  private final int rounds;
  private final Map<String, double[]> ours = new LinkedHashMap<>();
  private long sink;

  private SessionComparison(int rounds) {
    this.rounds = rounds;
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
    SessionComparison comparison = new SessionComparison(rounds);
    Map<String, double[]> peer =
        arguments.length > 0 ? peer(arguments[0], rounds) : new LinkedHashMap<>();
    comparison.measure();
    comparison.print(peer);
    comparison.growth();
  }

  /** Runs the peer on an unlimited stack: its dispatch in place recurses once per unit. */
  private static Map<String, double[]> peer(String program, int rounds) throws IOException {
    Process process =
        new ProcessBuilder(
                "sh", "-c", "ulimit -s unlimited; exec \"$0\" \"$1\"", program, "" + rounds)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, double[]> figures = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines
          .lines()
          .map(line -> line.split(" "))
          .forEach(words ->
              figures.put(
                  words[0],
                  new double[] {Double.parseDouble(words[1]), Double.parseDouble(words[2])}));
    }
    return figures;
  }

  private interface Timed {
    /** {@return the figure of one round} */
    double run();
  }

  private double[] figure(String name, int warmUp, Timed work) {
    for (int round = 0; round < warmUp; round++) {
      work.run();
    }
    double[] values =
        IntStream.range(0, rounds).mapToDouble(round -> work.run()).sorted().toArray();
    double[] figure = {values[values.length / 2], values[0]};
    ours.put(name, figure);
    return figure;
  }

  private void measure() throws InterruptedException {
    readyLookups();
    SymbolMap million = SessionWork.absoluteSymbols(1_000_000);
    figure("absolute-1m-ms", 5, () -> milliseconds(() -> absolute(million)));
    ours.put("absolute-1m-bytes-per-symbol", bytesPerSymbol());
    chain(1_000, 300);
    chain(10_000, 15);
    woven(250, 100);
    woven(500, 50);
  }

  private interface Work {
    void run();
  }

  private static double milliseconds(Work work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e6;
  }

  private void absolute(SymbolMap symbols) {
    try (ExecutionSession session = ExecutionSession.create()) {
      sink += SessionWork.defineAndLookUp(session, symbols).address();
    }
  }

  private void chain(int length, int warmUp) {
    List<String> names = SessionWork.names("unit_", length);
    figure(
        "chain-" + length + "-ms",
        warmUp,
        () -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            return milliseconds(() -> sink += SessionWork.chain(session, names).address());
          }
        });
  }

  private void woven(int size, int warmUp) {
    List<String> names = SessionWork.names("woven_", size);
    figure(
        "edges-" + size + "x4-ms",
        warmUp,
        () -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            return milliseconds(() -> sink += SessionWork.woven(session, names).address());
          }
        });
  }

  private void readyLookups() {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createBareJITDylib("main");
      main.define(AbsoluteSymbols.of(SessionWork.absoluteSymbols(1000)));
      SearchOrder.Builder behind = SearchOrder.builder();
      for (int at = 0; at < 100; at++) {
        JITDylib other = session.createBareJITDylib("other" + at);
        other.define(
            AbsoluteSymbols.of(
                SymbolMap.builder().put("only_in_" + at, 1, SessionWork.FUNCTION).build()));
        behind.add(other, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
      }
      behind.add(main, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
      String[] names = SessionWork.names("symbol_", 1000).toArray(String[]::new);
      session.lookup(main, names[0]);
      SearchOrder near = SearchOrder.of(main);
      SearchOrder far = behind.build();
      figure("ready-lookup-ns", 10, () -> nanosecondsPerLookup(session, near, names, LOOKUPS));
      figure(
          "ready-lookup-behind-100-dylibs-ns",
          10,
          () -> nanosecondsPerLookup(session, far, names, LOOKUPS / 10));
      figure("ready-lookup-two-threads-ns", 3, () -> twoThreads(session, near, names));
    }
  }

  private double nanosecondsPerLookup(
      ExecutionSession session, SearchOrder order, String[] names, int lookups) {
    long sum = 0;
    long begin = System.nanoTime();
    for (int at = 0; at < lookups; at++) {
      sum += session.lookup(order, names[at % names.length]).address();
    }
    long end = System.nanoTime();
    sink += sum;
    return (double) (end - begin) / lookups;
  }

  private double twoThreads(ExecutionSession session, SearchOrder order, String[] names) {
    long begin = System.nanoTime();
    Thread other =
        Thread.ofPlatform().start(() -> nanosecondsPerLookup(session, order, names, 10 * LOOKUPS));
    nanosecondsPerLookup(session, order, names, 10 * LOOKUPS);
    try {
      other.join();
    } catch (InterruptedException interruption) {
      throw new IllegalStateException(interruption);
    }
    return (System.nanoTime() - begin) / (20.0 * LOOKUPS);
  }

  private double[] bytesPerSymbol() throws InterruptedException {
    long before = usedHeap();
    ExecutionSession session = ExecutionSession.create();
    sink += SessionWork.defineAndLookUp(session, SessionWork.absoluteSymbols(1_000_000)).address();
    double bytes = (usedHeap() - before) / 1e6;
    session.close();
    return new double[] {bytes, bytes};
  }

  private static long usedHeap() throws InterruptedException {
    for (int collection = 0; collection < 3; collection++) {
      System.gc();
      Thread.sleep(50);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private void print(Map<String, double[]> peer) {
    System.out.println("| figure | Uruk | LLVM 22 | ratio |\n|---|---|---|---|");
    ours.forEach((name, figure) -> {
      double[] other = peer.get(name);
      System.out.printf(
          "| %s | %.4g (%.4g) | %s | %s |%n",
          name,
          figure[0],
          figure[1],
          other == null ? "-" : "%.4g (%.4g)".formatted(other[0], other[1]),
          other == null ? "-" : "%.2f".formatted(figure[0] / other[0]));
    });
  }

  /** What doubling costs, by the minima of the rounds: a shared machine only ever adds. */
  private void growth() {
    System.out.println("\n| doubled | from | to | ms | ms | factor |\n|---|---|---|---|---|---|");
    grow("symbols", 250_000, size -> absolute(SessionWork.absoluteSymbols(size)));
    grow(
        "units in a chain",
        10_000,
        size -> inSession(s -> SessionWork.chain(s, SessionWork.names("u", size))));
    grow(
        "dependence edges / 4",
        10_000,
        size -> inSession(s -> SessionWork.woven(s, SessionWork.names("w", size))));
    grow("dylibs searched", 2_000, this::dylibs);
    grow("generators asked", 2_000, this::generators);
    grow("waiters", 20_000, this::waiters);
    System.out.println("(" + sink + ")");
  }

  private interface Sized {
    void run(int size);
  }

  private interface InSession {
    void run(ExecutionSession session);
  }

  private static void inSession(InSession work) {
    try (ExecutionSession session = ExecutionSession.create()) {
      work.run(session);
    }
  }

  private void grow(String what, int size, Sized work) {
    double[] times = new double[2];
    for (int step = 0; step < 2; step++) {
      int current = size << step;
      double[] values =
          IntStream.range(0, 4 + rounds)
              .mapToDouble(round -> milliseconds(() -> work.run(current)))
              .skip(4)
              .sorted()
              .toArray();
      times[step] = values[0];
    }
    System.out.printf(
        "| %s | %d | %d | %.2f | %.2f | %.2f |%n",
        what, size, 2 * size, times[0], times[1], times[1] / times[0]);
  }

  private void dylibs(int size) {
    inSession(session -> {
      JITDylib[] all = new JITDylib[size];
      Arrays.setAll(all, at -> session.createBareJITDylib("d" + at));
      all[size - 1].define(AbsoluteSymbols.of(SessionWork.absoluteSymbols(100)));
      SearchOrder order = SearchOrder.of(all);
      for (int at = 0; at < 100; at++) {
        sink += session.lookup(order, "symbol_" + at).address();
      }
    });
  }

  private void generators(int size) {
    inSession(session -> {
      JITDylib main = session.createBareJITDylib("main");
      for (int at = 0; at < size; at++) {
        boolean last = at == size - 1;
        var _ =
            main.addGenerator((state, kind, dylib, flags, names) -> {
              if (last) {
                dylib.define(AbsoluteSymbols.of(SessionWork.absoluteSymbols(1)));
              }
            });
      }
      sink += session.lookup(main, "symbol_0").address();
    });
  }

  private void waiters(int size) {
    inSession(session -> {
      JITDylib slow = session.createBareJITDylib("slow");
      List<LookupState> held = new ArrayList<>();
      var _ = slow.addGenerator((state, kind, dylib, flags, names) -> held.add(state.suspend()));
      for (int at = 0; at < size; at++) {
        var _ =
            session.lookup(
                LookupKind.STATIC,
                SearchOrder.of(slow),
                SymbolLookupSet.of("symbol_0"),
                SymbolState.READY);
      }
      slow.define(AbsoluteSymbols.of(SessionWork.absoluteSymbols(1)));
      held.getFirst().continueLookup();
      sink += session.lookup(slow, "symbol_0").address();
    });
  }
}
