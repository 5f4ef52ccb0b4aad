package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.JITDylib;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/** A reader finds all its names in front of where they were, or none. */
@JCStressTest
@State
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "after")
public class ReaderAgainstDefinitionInFront extends Arena {
  private final JITDylib front = session.createJITDylib("front");

  /** Defines two symbols in the dylib that is searched last. */
  public ReaderAgainstDefinitionInFront() {
    defineReady(main, main.createResourceTracker(), 2, "a", "b");
  }

  /** Reads both. */
  @Actor
  public void read(LL_Result result) {
    SymbolMap found = session.lookup(SearchOrder.of(front, main), SymbolLookupSet.of("a", "b"));
    result.r1 = found.get("a").address();
    result.r2 = found.get("b").address();
  }

  /** Defines them in the dylib that is searched first. */
  @Actor
  public void define() {
    defineReady(front, front.createResourceTracker(), 1, "a", "b");
  }
}
