package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.ResourceTracker;

/** What is emitted while that is removed which it needs fails, however the two meet. */
@JCStressTest
@State
@Outcome(
    id = "emitted, FAILED",
    expect = Expect.ACCEPTABLE,
    desc = "emitted first, and failed by the removal")
@Outcome(
    id = "UnsatisfiedSymbolDependenciesException, FAILED",
    expect = Expect.ACCEPTABLE,
    desc = "removed first")
public class EmissionAgainstRemovalOfItsNeed extends Arena {
  private final ResourceTracker tracker = main.createResourceTracker();
  private final Started needed = new Started("needed", tracker);
  private final Started user = new Started("user", main.createResourceTracker());

  /** Emits the user. */
  @Actor
  public void emit(LL_Result result) {
    result.r1 = attempt("emitted", () -> user.emit("needed"));
    if (!"emitted".equals(result.r1)) {
      user.responsibility().failMaterialization(new IllegalStateException("removed"));
    }
  }

  /** Removes what it needs. */
  @Actor
  public void remove() {
    tracker.remove();
  }

  /** Asks how the user's look-up ended. */
  @Arbiter
  public void result(LL_Result result) {
    result.r2 = needed.lookup.isDone() ? outcome(user.lookup) : "a look-up waits";
  }
}
