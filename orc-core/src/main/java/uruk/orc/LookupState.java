package uruk.orc;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * A look-up that a generator is serving. A generator that needs time suspends it and lets it
 * continue later.
 *
 * <p>A suspended look-up whose state becomes unreachable fails with a {@link
 * SuspensionDroppedException}, since nobody can let it continue.
 */
public final class LookupState {
  private final GeneratorTurn turn;
  private volatile @Nullable Drop drop;
  private volatile Cleaner.@Nullable Cleanable dropping;

  LookupState(GeneratorTurn turn) {
    this.turn = turn;
  }

  /** Runs when the state has become unreachable; must not refer to it. */
  private static final class Drop implements Runnable {
    private volatile @Nullable GeneratorTurn turn;

    private Drop(GeneratorTurn turn) {
      this.turn = turn;
    }

    @Override
    public void run() {
      GeneratorTurn left = turn;
      if (left != null) {
        left.dropped();
      }
    }
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
    drop = new Drop(turn);
    dropping = DroppedHandles.watch(this, drop);
    return this;
  }

  /**
   * Lets the suspended look-up go on. Safe to call from any thread.
   *
   * @throws IllegalStateException if the look-up is not suspended
   */
  public void continueLookup() {
    end(null);
  }

  /**
   * Fails the suspended look-up. Safe to call from any thread.
   *
   * @param failure why the generator failed
   * @throws IllegalStateException if the look-up is not suspended
   */
  public void continueLookup(Throwable failure) {
    end(failure);
  }

  private void end(@Nullable Throwable failure) {
    try {
      turn.continueLookup(failure);
      settle();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The collector would come by too late for all that a busy generator leaves. */
  private void settle() {
    Drop settled = drop;
    Cleaner.Cleanable cleanable = dropping;
    if (settled != null && cleanable != null) {
      settled.turn = null;
      cleanable.clean();
    }
  }
}
