package uruk.stress;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;

/** A reader sees all symbols of a tracker that is removed, or none. */
@JCStressTest
@State
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "after")
public class ReaderAgainstRemoval extends Arena {
  private final ResourceTracker tracker = main.createResourceTracker();

  /** Defines two symbols. */
  public ReaderAgainstRemoval() {
    defineReady(main, tracker, 1, "a", "b");
  }

  /** Reads both. */
  @Actor
  public void read(L_Result result) {
    result.r1 =
        session
            .lookup(SearchOrder.of(main), SymbolLookupSet.weaklyReferenced(List.of("a", "b")))
            .size();
  }

  /** Removes them. */
  @Actor
  public void remove() {
    tracker.remove();
  }
}
