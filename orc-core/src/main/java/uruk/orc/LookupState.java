package uruk.orc;

/**
 * A look-up that a generator is serving. A generator that needs time suspends it and lets it
 * continue later.
 */
public final class LookupState {
  private final LookupOperation operation;

  LookupState(LookupOperation operation) {
    this.operation = operation;
  }

  /**
   * Keeps the look-up waiting after the generator returns. To be called by the generator before it
   * returns, at most once.
   *
   * @return this state, to be continued later
   * @throws IllegalStateException if the generator is not running, or has suspended the look-up
   *     already
   */
  public LookupState suspend() {
    operation.suspend(this);
    return this;
  }

  /**
   * Lets the suspended look-up go on. Safe to call from any thread.
   *
   * @throws IllegalStateException if the look-up is not suspended
   */
  public void continueLookup() {
    operation.continueAfterSuspension(this, null);
  }

  /**
   * Fails the suspended look-up. Safe to call from any thread.
   *
   * @param failure why the generator failed
   * @throws IllegalStateException if the look-up is not suspended
   */
  public void continueLookup(Throwable failure) {
    operation.continueAfterSuspension(this, failure);
  }
}
