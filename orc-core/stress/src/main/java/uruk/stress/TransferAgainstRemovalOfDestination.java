package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.ResourceTracker;

/** A transfer into a tracker that is removed goes with it or is refused. */
@JCStressTest
@State
@Outcome(id = "transferred, FAILED, nobody", expect = Expect.ACCEPTABLE, desc = "transferred first")
@Outcome(
    id = "ResourceTrackerDefunctException, RUNNING, tracker0",
    expect = Expect.ACCEPTABLE,
    desc = "removed first")
public class TransferAgainstRemovalOfDestination extends Arena {
  private final ResourceTracker source = main.createResourceTracker();
  private final ResourceTracker destination = main.createResourceTracker();
  private final Started unit = new Started("a", source);

  /** Transfers the tracker. */
  @Actor
  public void transfer(LLL_Result result) {
    result.r1 = attempt("transferred", () -> source.transferTo(destination));
  }

  /** Removes the other. */
  @Actor
  public void remove() {
    destination.remove();
  }

  /** Asks how the look-up ended, and who owns the symbol. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r2 = outcome(unit.lookup);
    result.r3 = owner("a", source, destination);
  }
}
