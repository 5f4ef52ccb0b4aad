package uruk.stress;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.SymbolMap;

/** A unit that is emitted and failed at once ends in one of the two. */
@JCStressTest
@State
@Outcome(id = "emitted, READY, 1", expect = Expect.ACCEPTABLE, desc = "emitted first")
@Outcome(
    id = "IllegalArgumentException, FAILED, 1",
    expect = Expect.ACCEPTABLE,
    desc = "failed first; there is nothing to emit")
public class EmissionAgainstFailure extends Arena {
  private final Started unit = new Started("a", main.createResourceTracker());
  private final CompletableFuture<SymbolMap> lookup = watch(unit.lookup);

  /** Emits the symbol. */
  @Actor
  public void emit(LLL_Result result) {
    result.r1 = attempt("emitted", unit::emit);
  }

  /** Fails the symbol. */
  @Actor
  public void fail() {
    unit.responsibility().failMaterialization(new IllegalStateException("broken"));
  }

  /** Asks how the look-up ended, and how often. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r2 = outcome(lookup);
    result.r3 = completions.get();
  }
}
