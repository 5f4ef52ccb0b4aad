package uruk.stress;

import java.util.List;
import java.util.Set;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.Redefinition;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/** A reader sees all symbols of a redefinition changed, or none. */
@JCStressTest
@State
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "after")
public class ReaderAgainstRedefinitionOfTwo extends Arena {
  private final ResourceTracker tracker = main.createResourceTracker();

  /** Defines two symbols. */
  public ReaderAgainstRedefinitionOfTwo() {
    defineReady(main, tracker, 1, "a", "b");
  }

  /** Reads both. */
  @Actor
  public void read(LL_Result result) {
    SymbolMap found = session.lookup(SearchOrder.of(main), SymbolLookupSet.of("a", "b"));
    result.r1 = found.get("a").address();
    result.r2 = found.get("b").address();
  }

  /** Changes both. */
  @Actor
  public void redefine() {
    session.redefine(
        List.of(new Redefinition(tracker, "unit", symbols(2, "a", "b"), List.of(), Set.of())));
  }
}
