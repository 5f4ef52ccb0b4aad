package uruk.stress;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Two look-ups of one symbol start its unit once, and both get it. */
@JCStressTest
@State
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "one start")
public class LookupAgainstLookup extends Arena {
  private final AtomicInteger starts = new AtomicInteger();

  /** Defines the unit. */
  public LookupAgainstLookup() {
    main.define(
        new Unit(
            "a",
            responsibility -> {
              starts.incrementAndGet();
              responsibility.notifyResolved(symbols("a", 1));
              responsibility.notifyEmitted(List.of());
            }));
  }

  /** Looks the symbol up. */
  @Actor
  public void one(LLL_Result result) {
    result.r1 = session.lookup(main, "a").address();
  }

  /** Looks the symbol up. */
  @Actor
  public void other(LLL_Result result) {
    result.r2 = session.lookup(main, "a").address();
  }

  /** Counts the starts. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r3 = starts.get();
  }
}
