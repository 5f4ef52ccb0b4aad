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

/** A look-up that is cancelled when its symbol gets ready ends in one of the two, and is gone. */
@JCStressTest
@State
@Outcome(id = "READY, 1, nothing", expect = Expect.ACCEPTABLE, desc = "ready first")
@Outcome(id = "CANCELLED, 1, nothing", expect = Expect.ACCEPTABLE, desc = "cancelled first")
public class EmissionAgainstCancellation extends Arena {
  private final Started unit = new Started("a", main.createResourceTracker());
  private final CompletableFuture<SymbolMap> lookup = watch(unit.lookup);

  /** Emits the symbol. */
  @Actor
  public void emit() {
    unit.emit();
  }

  /** Cancels the look-up. */
  @Actor
  public void cancel() {
    boolean _ = lookup.cancel(false);
  }

  /** Asks how the look-up ended, how often, and what it left. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r1 = outcome(lookup);
    result.r2 = completions.get();
    result.r3 = session.explainStalled().isEmpty() ? "nothing" : "a look-up";
  }
}
