package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ResourceTracker;

/** What is defined in a tracker that is transferred goes with it or is refused. */
@JCStressTest
@State
@Outcome(id = "defined, tracker1", expect = Expect.ACCEPTABLE, desc = "defined first")
@Outcome(
    id = "ResourceTrackerDefunctException, nobody",
    expect = Expect.ACCEPTABLE,
    desc = "transferred first")
public class DefinitionAgainstTransfer extends Arena {
  private final ResourceTracker source = main.createResourceTracker();
  private final ResourceTracker destination = main.createResourceTracker();

  /** Defines a symbol. */
  @Actor
  public void define(LL_Result result) {
    result.r1 = attempt("defined", () -> main.define(AbsoluteSymbols.of(symbols("a", 1)), source));
  }

  /** Transfers the tracker. */
  @Actor
  public void transfer() {
    source.transferTo(destination);
  }

  /** Asks who owns the symbol. */
  @Arbiter
  public void result(LL_Result result) {
    result.r2 = owner("a", source, destination);
  }
}
