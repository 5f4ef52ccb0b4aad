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
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uruk.bench.link.ProcessClock;
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
 * rounds after a warm-up, with the minimum in brackets; CPU time is that of the whole process,
 * collector and compiler included.
 */
public final class SessionComparison {
  private static final int LOOKUPS = 200_000;

  private final int rounds;
  private final ProcessClock clock = new ProcessClock();
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
                  Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray()));
    }
    return figures;
  }

  private interface Work {
    void run();
  }

  /** Runs the work in rounds and keeps the wall and CPU time of each, divided. */
  private void figure(String name, int warmUp, double divisor, Work work) {
    figure(name, warmUp, divisor, () -> 0, ignored -> work.run(), ignored -> {});
  }

  private <T> void figure(
      String name,
      int warmUp,
      double divisor,
      Supplier<T> prepare,
      Consumer<T> work,
      Consumer<T> after) {
    double[] wall = new double[rounds];
    double[] cpu = new double[rounds];
    for (int round = -warmUp; round < rounds; round++) {
      T prepared = prepare.get();
      long cpuBegin = clock.nanoseconds();
      long wallBegin = System.nanoTime();
      work.accept(prepared);
      long wallEnd = System.nanoTime();
      if (round >= 0) {
        wall[round] = (wallEnd - wallBegin) / divisor;
        cpu[round] = (clock.nanoseconds() - cpuBegin) / divisor;
      }
      after.accept(prepared);
    }
    Arrays.sort(wall);
    Arrays.sort(cpu);
    ours.put(name, new double[] {wall[rounds / 2], wall[0], cpu[rounds / 2]});
  }

  private void inFreshSessions(String name, int warmUp, Consumer<ExecutionSession> work) {
    figure(name, warmUp, 1e6, ExecutionSession::create, work, ExecutionSession::close);
  }

  private void measure() throws InterruptedException {
    readyLookups();
    SymbolMap million = SessionWork.absoluteSymbols(1_000_000);
    inFreshSessions(
        "absolute-1m-ms",
        5,
        session -> sink += SessionWork.defineAndLookUp(session, million).address());
    ours.put("absolute-1m-bytes-per-symbol", bytesPerSymbol());
    chain(1_000, 300);
    chain(10_000, 15);
    woven(250, 100);
    woven(500, 50);
  }

  private static double milliseconds(Work work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e6;
  }

  private void chain(int length, int warmUp) {
    List<String> names = SessionWork.names("unit_", length);
    inFreshSessions(
        "chain-" + length + "-ms",
        warmUp,
        session -> sink += SessionWork.chain(session, names).address());
  }

  private void woven(int size, int warmUp) {
    List<String> names = SessionWork.names("woven_", size);
    inFreshSessions(
        "edges-" + size + "x4-ms",
        warmUp,
        session -> sink += SessionWork.woven(session, names).address());
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
      figure("ready-lookup-ns", 10, LOOKUPS, () -> lookUp(session, near, names, LOOKUPS));
      figure(
          "ready-lookup-behind-100-dylibs-ns",
          10,
          LOOKUPS,
          () -> lookUp(session, far, names, LOOKUPS));
      figure(
          "ready-lookup-two-threads-ns", 3, 20.0 * LOOKUPS, () -> twoThreads(session, near, names));
    }
  }

  private void lookUp(ExecutionSession session, SearchOrder order, String[] names, int lookups) {
    long sum = 0;
    for (int at = 0; at < lookups; at++) {
      sum += session.lookup(order, names[at % names.length]).address();
    }
    sink += sum;
  }

  private void twoThreads(ExecutionSession session, SearchOrder order, String[] names) {
    Thread other = Thread.ofPlatform().start(() -> lookUp(session, order, names, 10 * LOOKUPS));
    lookUp(session, order, names, 10 * LOOKUPS);
    try {
      other.join();
    } catch (InterruptedException interruption) {
      throw new IllegalStateException(interruption);
    }
  }

  private double[] bytesPerSymbol() throws InterruptedException {
    long before = usedHeap();
    ExecutionSession session = ExecutionSession.create();
    sink += SessionWork.defineAndLookUp(session, SessionWork.absoluteSymbols(1_000_000)).address();
    double bytes = (usedHeap() - before) / 1e6;
    session.close();
    return new double[] {bytes, bytes, bytes};
  }

  private static long usedHeap() throws InterruptedException {
    for (int collection = 0; collection < 3; collection++) {
      System.gc();
      Thread.sleep(50);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private void print(Map<String, double[]> peer) {
    System.out.println(
        """
        | figure | Uruk: wall (min) | CPU | LLVM 22: wall (min) | CPU | ratio of wall | of CPU |
        |---|---|---|---|---|---|---|\
        """);
    ours.forEach((name, figure) -> printLine(name, figure, peer.get(name)));
  }

  private static void printLine(String name, double[] ours, double @Nullable [] peer) {
    System.out.printf("| %s | %.4g (%.4g) | %.4g |", name, ours[0], ours[1], ours[2]);
    if (peer != null) {
      System.out.printf(
          " %.4g (%.4g) | %.4g | %.2g | %.2g |",
          peer[0], peer[1], peer[2], ours[0] / peer[0], ours[2] / peer[2]);
    }
    System.out.println();
  }

  /** What doubling costs, by the minima of the rounds: a shared machine only ever adds. */
  private void growth() {
    System.out.println("\n| doubled | from | to | ms | ms | factor |\n|---|---|---|---|---|---|");
    grow(
        "symbols",
        250_000,
        size -> {
          SymbolMap symbols = SessionWork.absoluteSymbols(size);
          inSession(session -> SessionWork.defineAndLookUp(session, symbols));
        });
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

  private static void inSession(Consumer<ExecutionSession> work) {
    try (ExecutionSession session = ExecutionSession.create()) {
      work.accept(session);
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
