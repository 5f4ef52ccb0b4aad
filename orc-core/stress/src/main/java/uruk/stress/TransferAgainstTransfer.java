package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.ResourceTracker;

/** Transfers in a row, made at once, leave the symbols with one tracker. */
@JCStressTest
@State
@Outcome(
    id = "transferred, transferred, tracker2",
    expect = Expect.ACCEPTABLE,
    desc = "from the first to the second, then to the third")
@Outcome(
    id = "ResourceTrackerDefunctException, transferred, tracker0",
    expect = Expect.ACCEPTABLE,
    desc = "the second has gone when the first wants to go there")
public class TransferAgainstTransfer extends Arena {
  private final ResourceTracker first = main.createResourceTracker();
  private final ResourceTracker second = main.createResourceTracker();
  private final ResourceTracker third = main.createResourceTracker();

  /** Defines a symbol that the first owns. */
  public TransferAgainstTransfer() {
    defineReady(main, first, 1, "a");
  }

  /** Transfers the first to the second. */
  @Actor
  public void transferFirst(LLL_Result result) {
    result.r1 = attempt("transferred", () -> first.transferTo(second));
  }

  /** Transfers the second to the third. */
  @Actor
  public void transferSecond(LLL_Result result) {
    result.r2 = attempt("transferred", () -> second.transferTo(third));
  }

  /** Asks who owns the symbol. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r3 = owner("a", first, second, third);
  }
}
