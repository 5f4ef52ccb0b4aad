package uruk.materialization;

import java.time.Duration;

/**
 * Asks for an update to switch at a moment at which no counted call, that is one from Java under
 * the guard, is inside of the layer's objects. New calls wait until the switch is made or given up;
 * calls that are made from within others do not wait. Threads that linked code has created are not
 * counted.
 *
 * @param atMost how long to wait for that moment, and how long new calls may so be held up
 */
public record Quiescent(Duration atMost) {
  /** Refuses a negative time. */
  public Quiescent {
    if (atMost.isNegative()) {
      throw new IllegalArgumentException("a negative time to wait: " + atMost);
    }
  }
}
