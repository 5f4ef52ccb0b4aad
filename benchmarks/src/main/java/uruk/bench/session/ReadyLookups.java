package uruk.bench.session;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolMap;

/** Looks symbols up that are ready. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReadyLookups {
  private static final int SYMBOLS = 1000;

  /** Dylibs that are searched first and lack the symbols. */
  @Param("0")
  public int dylibsInFront;

  private final ExecutionSession session = ExecutionSession.create();
  private final String[] names = SessionWork.names("symbol_", SYMBOLS).toArray(String[]::new);
  private SearchOrder order = SearchOrder.of();

  /** Where a thread is in the names. */
  @State(Scope.Thread)
  public static class Position {
    private int next;
  }

  /** Defines the symbols. */
  @Setup
  public void define() {
    SearchOrder.Builder searched = SearchOrder.builder();
    for (int at = 0; at < dylibsInFront; at++) {
      JITDylib other = session.createBareJITDylib("other" + at);
      other.define(
          AbsoluteSymbols.of(
              SymbolMap.builder().put("only_in_" + at, 1, SessionWork.FUNCTION).build()));
      searched.add(other, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
    }
    JITDylib main = session.createBareJITDylib("main");
    main.define(AbsoluteSymbols.of(SessionWork.absoluteSymbols(SYMBOLS)));
    order = searched.add(main, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY).build();
    for (String name : names) {
      session.lookup(main, name);
    }
  }

  /** Ends the session. */
  @TearDown
  public void close() {
    session.close();
  }

  /** Looks the next symbol up. */
  @Benchmark
  public long lookUp(Position position) {
    int at = position.next;
    position.next = at + 1 == SYMBOLS ? 0 : at + 1;
    return session.lookup(order, names[at]).address();
  }
}
