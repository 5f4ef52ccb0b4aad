package uruk.stress;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import uruk.orc.DefinitionGenerator;
import uruk.orc.LookupState;
import uruk.orc.SymbolMap;

/** Of two threads that let a suspended look-up go on, one is refused. */
@JCStressTest
@State
@Outcome(id = "continued, IllegalStateException, 1", expect = Expect.ACCEPTABLE, desc = "the first")
@Outcome(
    id = "IllegalStateException, continued, 1",
    expect = Expect.ACCEPTABLE,
    desc = "the second")
public class ContinuationAgainstContinuation extends Arena {
  private @Nullable LookupState state;
  private final DefinitionGenerator generator =
      main.addGenerator((given, kind, dylib, flags, names) -> state = given.suspend());
  private final CompletableFuture<SymbolMap> lookup = watch(lookup("a"));

  /** Lets the look-up go on. */
  @Actor
  public void one(LLL_Result result) {
    result.r1 = attempt("continued", Objects.requireNonNull(state)::continueLookup);
  }

  /** Lets it go on, too. */
  @Actor
  public void other(LLL_Result result) {
    result.r2 = attempt("continued", Objects.requireNonNull(state)::continueLookup);
  }

  /** Counts how often the look-up completed. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r3 = lookup.isDone() && main.generators().contains(generator) ? completions.get() : -1;
  }
}
