package uruk.orc;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * A look-up that a generator is serving. A generator that needs time suspends it and lets it
 * continue later.
 *
 * <p>A suspended look-up whose state becomes unreachable fails with a {@link
 * SuspensionDroppedException}, since nobody can let it continue.
 */
public final class LookupState {
  private static final Cleaner CLEANER = Cleaner.create();

  private final GeneratorTurn turn;

  LookupState(GeneratorTurn turn) {
    this.turn = turn;
  }

  /**
   * Keeps the look-up waiting after the generator returns. To be called by the generator before it
   * returns, at most once. The generator serves nobody else until it lets the look-up continue,
   * even if the look-up is cancelled meanwhile.
   *
   * @return this state, to be continued later
   * @throws IllegalStateException if the generator is not running, or has suspended the look-up
   *     already
   */
  public LookupState suspend() {
    turn.suspend();
    var _ = CLEANER.register(this, turn::dropped);
    return this;
  }

  /**
   * Lets the suspended look-up go on. Safe to call from any thread.
   *
   * @throws IllegalStateException if the look-up is not suspended
   */
  public void continueLookup() {
    try {
      turn.continueLookup(null);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Fails the suspended look-up. Safe to call from any thread.
   *
   * @param failure why the generator failed
   * @throws IllegalStateException if the look-up is not suspended
   */
  public void continueLookup(Throwable failure) {
    try {
      turn.continueLookup(failure);
    } finally {
      Reference.reachabilityFence(this);
    }
  }
}
