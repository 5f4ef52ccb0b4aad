package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.ResourceTracker;

/** A session that is closed while symbols are redefined has none left. */
@JCStressTest
@State
@Outcome(id = "redefined, nobody", expect = Expect.ACCEPTABLE, desc = "redefined first")
@Outcome(id = "JITDylibDefunctException, nobody", expect = Expect.ACCEPTABLE, desc = "closed first")
public class CloseAgainstRedefinition extends Arena {
  private final ResourceTracker tracker = main.createResourceTracker();

  /** Defines a symbol. */
  public CloseAgainstRedefinition() {
    defineReady(main, tracker, 1, "a");
  }

  /** Gives the symbol another address, and adds one. */
  @Actor
  public void redefine(LL_Result result) {
    result.r1 = attempt("redefined", () -> redefine(tracker, 2, "a", "b"));
  }

  /** Closes the session. */
  @Actor
  public void close() {
    session.close();
  }

  /** Asks who owns the symbols. */
  @Arbiter
  public void result(LL_Result result) {
    result.r2 = main.symbols("").isEmpty() ? "nobody" : "somebody";
  }
}
