package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/** A reader without the lock finds the weak definition or the strong one that replaces it. */
@JCStressTest
@State
@Outcome(id = "weak", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "strong", expect = Expect.ACCEPTABLE, desc = "after")
public class ReaderAgainstOverride extends Arena {

  /** Defines the weak one. */
  public ReaderAgainstOverride() {
    define(FLAGS.with(SymbolFlags.WEAK));
  }

  private void define(SymbolFlags flags) {
    main.define(AbsoluteSymbols.of(SymbolMap.of("a", new ExecutorSymbolDef(1, flags))));
  }

  /** Reads what there is. */
  @Actor
  public void read(L_Result result) {
    ExecutorSymbolDef found = main.definition("a");
    result.r1 = found == null ? "nothing" : found.flags().isStrong() ? "strong" : "weak";
  }

  /** Defines the strong one. */
  @Actor
  public void override() {
    define(FLAGS);
  }
}
