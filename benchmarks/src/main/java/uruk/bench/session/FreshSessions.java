package uruk.bench.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

/** Work of a given size that a fresh session does once; all names are there before. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class FreshSessions {
  private static final int LOOKUPS = 100;
  private static final int EDGES = 4;
  private static final int CONNECTED = 2500;

  /** What there are so many of. */
  @Param("1000")
  public int size;

  private List<String> names = List.of();
  private List<Set<String>> needs = List.of();
  private SymbolMap symbols = SymbolMap.of();
  private SymbolMap few = SymbolMap.of();
  private @Nullable RandomWalk walk;
  private ExecutionSession session = ExecutionSession.create();

  /** Makes the names. */
  @Setup
  public void prepare() {
    names = SessionWork.names("symbol_", size);
    symbols = SessionWork.absoluteSymbols(size);
    few = SessionWork.absoluteSymbols(LOOKUPS);
  }

  /** Starts a session. */
  @Setup(Level.Invocation)
  public void start() {
    session = ExecutionSession.create();
  }

  /** Ends the session. */
  @TearDown(Level.Invocation)
  public void close() {
    session.close();
  }

  /** Absolute symbols, from their definition to the first look-up. */
  @Benchmark
  public ExecutorSymbolDef absoluteSymbols() {
    return SessionWork.defineAndLookUp(session, symbols);
  }

  /** Units each of which needs the next. */
  @Benchmark
  public ExecutorSymbolDef chain() {
    return SessionWork.chain(session, names);
  }

  /** Symbols of one unit that need four others each. */
  @Benchmark
  public ExecutorSymbolDef woven() {
    return woven(names, EDGES);
  }

  /** Edges between symbols of one unit, of which there are always as many. */
  @Benchmark
  public ExecutorSymbolDef edges() {
    return woven(names.subList(0, CONNECTED), size / CONNECTED);
  }

  private ExecutorSymbolDef woven(List<String> symbols, int edges) {
    drawNeeds(symbols, edges);
    return SessionWork.woven(session, symbols, needs);
  }

  /** What the symbols need is drawn in the first round, which warms up. */
  private void drawNeeds(List<String> symbols, int edges) {
    if (needs.isEmpty()) {
      needs = SessionWork.needs(symbols, edges);
    }
  }

  /** The least that any session reads of what woven symbols need: each name's hash, once. */
  Integer readNeeds() {
    drawNeeds(names, EDGES);
    int sum = 0;
    for (Set<String> some : needs) {
      for (String name : some) {
        sum += name.hashCode();
      }
    }
    return sum;
  }

  /** Dylibs, in the last of which a hundred symbols are looked up. */
  @Benchmark
  public long dylibs() {
    JITDylib[] all = new JITDylib[size];
    Arrays.setAll(all, at -> session.createBareJITDylib("d" + at));
    all[size - 1].define(AbsoluteSymbols.of(few));
    SearchOrder order = SearchOrder.of(all);
    long sum = 0;
    for (int at = 0; at < LOOKUPS; at++) {
      sum += session.lookup(order, "symbol_" + at).address();
    }
    return sum;
  }

  /** Generators, the last of which defines what is looked up. */
  @Benchmark
  public ExecutorSymbolDef generators() {
    JITDylib main = session.createBareJITDylib("main");
    for (int at = 0; at < size; at++) {
      boolean last = at == size - 1;
      var _ =
          main.addGenerator((state, kind, dylib, flags, wanted) -> {
            if (last) {
              dylib.define(AbsoluteSymbols.of(few));
            }
          });
    }
    return session.lookup(main, "symbol_0");
  }

  /** Look-ups that wait for one generator, until it goes on. */
  @Benchmark
  public List<CompletableFuture<SymbolMap>> waiters() {
    JITDylib slow = session.createBareJITDylib("slow");
    List<LookupState> held = new ArrayList<>();
    var _ = slow.addGenerator((state, kind, dylib, flags, wanted) -> held.add(state.suspend()));
    List<CompletableFuture<SymbolMap>> waiting = new ArrayList<>(size);
    for (int at = 0; at < size; at++) {
      waiting.add(
          session.lookup(
              LookupKind.STATIC,
              SearchOrder.of(slow),
              SymbolLookupSet.of("symbol_0"),
              SymbolState.READY));
    }
    slow.define(AbsoluteSymbols.of(few));
    held.getFirst().continueLookup();
    waiting.forEach(CompletableFuture::join);
    return waiting;
  }

  /** Reads of memory, without a session: the order is drawn in the first round, which warms up. */
  Long randomWalk() {
    if (walk == null) {
      walk = new RandomWalk(size);
    }
    return walk.walk();
  }
}
