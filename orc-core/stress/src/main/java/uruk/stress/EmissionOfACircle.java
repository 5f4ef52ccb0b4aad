package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Units that need each other, emitted at once, become ready together. */
@JCStressTest
@State
@Outcome(id = "READY, READY", expect = Expect.ACCEPTABLE, desc = "both")
public class EmissionOfACircle extends Arena {
  private final Started a = new Started("a", main.createResourceTracker());
  private final Started b = new Started("b", main.createResourceTracker());

  /** Emits one. */
  @Actor
  public void one() {
    a.emit("b");
  }

  /** Emits the other. */
  @Actor
  public void other() {
    b.emit("a");
  }

  /** Asks how the look-ups ended. */
  @Arbiter
  public void result(LL_Result result) {
    result.r1 = outcome(a.lookup);
    result.r2 = outcome(b.lookup);
  }
}
