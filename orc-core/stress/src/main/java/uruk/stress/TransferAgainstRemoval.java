package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.ResourceTracker;

/** A tracker that is transferred and removed at once keeps its symbols or loses them. */
@JCStressTest
@State
@Outcome(
    id = "transferred, RUNNING, tracker1",
    expect = Expect.ACCEPTABLE,
    desc = "transferred first; removing the defunct source takes nothing")
@Outcome(
    id = "ResourceTrackerDefunctException, FAILED, nobody",
    expect = Expect.ACCEPTABLE,
    desc = "removed first")
public class TransferAgainstRemoval extends Arena {
  private final ResourceTracker source = main.createResourceTracker();
  private final ResourceTracker destination = main.createResourceTracker();
  private final Started unit = new Started("a", source);

  /** Transfers the tracker. */
  @Actor
  public void transfer(LLL_Result result) {
    result.r1 = attempt("transferred", () -> source.transferTo(destination));
  }

  /** Removes it. */
  @Actor
  public void remove() {
    source.remove();
  }

  /** Asks how the look-up ended, and who owns the symbol. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r2 = outcome(unit.lookup);
    result.r3 = owner("a", source, destination);
  }
}
