package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.ResourceTracker;

/** A unit that is emitted while its tracker is removed ends in one of the two. */
@JCStressTest
@State
@Outcome(id = "emitted, READY, nobody", expect = Expect.ACCEPTABLE, desc = "emitted first")
@Outcome(
    id = "ResourceTrackerDefunctException, FAILED, nobody",
    expect = Expect.ACCEPTABLE,
    desc = "removed first")
public class EmissionAgainstRemoval extends Arena {
  private final ResourceTracker tracker = main.createResourceTracker();
  private final Started unit = new Started("a", tracker);

  /** Emits the symbol. */
  @Actor
  public void emit(LLL_Result result) {
    result.r1 = attempt("emitted", unit::emit);
  }

  /** Removes the tracker. */
  @Actor
  public void remove() {
    tracker.remove();
  }

  /** Asks how the look-up ended, and who owns the symbol. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r2 = outcome(unit.lookup);
    result.r3 = owner("a", tracker);
  }
}
