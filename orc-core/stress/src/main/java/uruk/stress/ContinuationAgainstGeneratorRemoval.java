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
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.LookupState;
import uruk.orc.SymbolMap;

/** A suspended look-up continues when its generator is removed: it completes once. */
@JCStressTest
@State
@Outcome(id = "continued, READY, 1", expect = Expect.ACCEPTABLE, desc = "continued first")
@Outcome(id = "continued, FAILED, 1", expect = Expect.ACCEPTABLE, desc = "removed first")
public class ContinuationAgainstGeneratorRemoval extends Arena {
  private @Nullable LookupState state;
  private final DefinitionGenerator generator =
      main.addGenerator((given, kind, dylib, flags, names) -> state = given.suspend());
  private final CompletableFuture<SymbolMap> lookup = watch(lookup("a"));

  /** Defines the symbol and lets the look-up go on. */
  @Actor
  public void go(LLL_Result result) {
    LookupState suspended = Objects.requireNonNull(state);
    main.define(AbsoluteSymbols.of(symbols("a", 1)));
    result.r1 = attempt("continued", suspended::continueLookup);
  }

  /** Removes the generator. */
  @Actor
  public void remove() {
    main.removeGenerator(generator);
  }

  /** Asks how the look-up ended, and how often. */
  @Arbiter
  public void result(LLL_Result result) {
    result.r2 = outcome(lookup);
    result.r3 = completions.get();
  }
}
