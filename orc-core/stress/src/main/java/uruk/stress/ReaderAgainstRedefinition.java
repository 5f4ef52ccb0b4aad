package uruk.stress;

import java.util.List;
import java.util.Set;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.Redefinition;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/** A reader sees the address that belongs to the flags. */
@JCStressTest
@State
@Outcome(id = "1, data", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "2, function", expect = Expect.ACCEPTABLE, desc = "after")
public class ReaderAgainstRedefinition extends Arena {
  private final ResourceTracker tracker = main.createResourceTracker();

  /** Defines a symbol. */
  public ReaderAgainstRedefinition() {
    defineReady(main, tracker, 1, "a");
  }

  /** Reads it. */
  @Actor
  public void read(LL_Result result) {
    ExecutorSymbolDef found = session.lookup(main, "a");
    result.r1 = found.address();
    result.r2 = found.flags().isCallable() ? "function" : "data";
  }

  /** Makes it a function of another address. */
  @Actor
  public void redefine() {
    ExecutorSymbolDef function = new ExecutorSymbolDef(2, FLAGS.with(SymbolFlags.CALLABLE));
    session.redefine(
        List.of(
            new Redefinition(tracker, "unit", SymbolMap.of("a", function), List.of(), Set.of())));
  }
}
