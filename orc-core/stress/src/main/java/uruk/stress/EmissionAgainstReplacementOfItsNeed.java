package uruk.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import uruk.orc.LookupKind;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolState;

/**
 * What is emitted while that which it has found is removed and defined anew never counts as a user
 * of the new definition, whose address it does not have.
 */
@JCStressTest
@State
@Outcome(id = "emitted, 0", expect = Expect.ACCEPTABLE, desc = "emitted first")
@Outcome(
    id = "UnsatisfiedSymbolDependenciesException, 0",
    expect = Expect.ACCEPTABLE,
    desc = "removed first")
public class EmissionAgainstReplacementOfItsNeed extends Arena {
  private final ResourceTracker old = main.createResourceTracker();
  private final ResourceTracker later = main.createResourceTracker();
  private final Started user = new Started("user", main.createResourceTracker());

  /** Lets the user find what it needs. */
  public EmissionAgainstReplacementOfItsNeed() {
    defineReady(main, old, 1, "needed");
    var _ =
        user.responsibility()
            .lookup(
                LookupKind.STATIC,
                SearchOrder.of(main),
                SymbolLookupSet.of("needed"),
                SymbolState.RESOLVED,
                null);
  }

  /** Emits the user. */
  @Actor
  public void emit(LL_Result result) {
    result.r1 = attempt("emitted", () -> user.emit("needed"));
  }

  /** Removes what it needs and defines it anew. */
  @Actor
  public void replace() {
    old.remove();
    defineReady(main, later, 2, "needed");
  }

  /** Asks who uses the new definition. */
  @Arbiter
  public void result(LL_Result result) {
    result.r2 = session.usersOf(main, "needed").symbols().size();
  }
}
