package uruk.bench.replacement;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.materialization.LinkedObject;
import uruk.materialization.RedirectableSymbolManager;
import uruk.materialization.Replacement;
import uruk.orc.SymbolMap;

/** Leading one function back and forth between two that are linked. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Redirecting {
  private static final String ONE = "int one(void) { return 1; }";
  private static final String TWO = "int one(void) { return 2; }";

  private final Jit jit = Jit.create();
  private final RedirectableSymbolManager manager = new RedirectableSymbolManager(jit.objects());
  private final long[] bodies = new long[2];
  private Replacement last;
  private int turn;

  /** Links both functions. */
  public Redirecting() {
    LinkedObject object = jit.add(Sources.object("one", ONE));
    jit.add(Sources.object("other", "int other(void) { return 3; }"));
    jit.objects().keepGenerations(2);
    bodies[0] = jit.session().lookup(jit.main(), "one").address();
    bodies[1] = jit.session().lookup(jit.main(), "other").address();
    manager.create(
        jit.main().defaultResourceTracker(),
        SymbolMap.builder().put("f", jit.session().lookup(jit.main(), "one")).build());
    last = object.replace(ObjectFile.of("two.o", Sources.content(Sources.object("two", TWO))));
  }

  /** As a redirectable symbol. */
  @Benchmark
  public void redirect() {
    manager.redirect(jit.main(), "f", bodies[turn ^= 1]);
  }

  /**
   * As an update that is rolled back: with names, users, listeners and the older version's pins.
   */
  @Benchmark
  public Replacement rollBack() {
    last = last.rollBack();
    return last;
  }
}
