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
import uruk.orc.LookupState;
import uruk.orc.SymbolMap;

/** A suspended look-up that is cancelled as it continues leaves its generator to the next one. */
@JCStressTest
@State
@Outcome(id = "READY, 1, READY", expect = Expect.ACCEPTABLE, desc = "continued first")
@Outcome(id = "CANCELLED, 1, READY", expect = Expect.ACCEPTABLE, desc = "cancelled first")
public class CancellationAgainstContinuation extends Arena {
  private volatile @Nullable LookupState state;
  private final CompletableFuture<SymbolMap> first;
  private final CompletableFuture<SymbolMap> second;

  /** Lets a look-up be suspended and another one queue. */
  public CancellationAgainstContinuation() {
    var _ = main.addGenerator((given, kind, dylib, flags, names) -> state = given.suspend());
    first = watch(lookup("a"));
    second = lookup("b");
  }

  /** Defines the symbol and lets the look-up go on. */
  @Actor
  public void go() {
    LookupState suspended = Objects.requireNonNull(state);
    main.define(AbsoluteSymbols.of(symbols("a", 1)));
    suspended.continueLookup();
  }

  /** Withdraws the look-up. */
  @Actor
  public void cancel() {
    boolean _ = first.cancel(false);
  }

  /** Lets the other look-up go on, and asks how both ended. */
  @Arbiter
  public void result(LLL_Result result) {
    main.define(AbsoluteSymbols.of(symbols("b", 1)));
    Objects.requireNonNull(state).continueLookup();
    result.r1 = outcome(first);
    result.r2 = completions.get();
    result.r3 = outcome(second);
  }
}
