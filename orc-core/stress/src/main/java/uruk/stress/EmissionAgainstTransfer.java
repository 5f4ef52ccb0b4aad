package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.ResourceTracker;

/** A unit whose tracker is transferred while it is emitted is emitted, and belongs to the other. */
@JCStressTest
@State
@Outcome(id = "emitted, READY, tracker1", expect = Expect.ACCEPTABLE, desc = "in any order")
public class EmissionAgainstTransfer extends Arena {
  private final ResourceTracker source = main.createResourceTracker();
  private final ResourceTracker destination = main.createResourceTracker();
  private final Started unit = new Started("a", source);

  /** Emits the symbol. */
  @Actor
  public void emit(LLL_Result result) {
    result.r1 = attempt("emitted", unit::emit);
  }

  /** Transfers the tracker. */
  @Actor
  public void transfer() {
    source.transferTo(destination);
  }

  /** Asks how the look-up ended, and who owns the symbol. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r2 = outcome(unit.lookup);
    result.r3 = owner("a", source, destination);
  }
}
