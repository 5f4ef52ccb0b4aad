package uruk.orc;

import java.util.ArrayList;
import java.util.List;

/**
 * Components that wait for a symbol or for another component. Those that end meanwhile stay until
 * the list has doubled, so that they cost nothing when they go and do not pile up. Guarded by the
 * session lock.
 */
final class WaitingComponents {
  private static final int SMALLEST = 8;

  private List<PendingComponent> list = List.of();
  private int sweepAt = SMALLEST;

  void add(PendingComponent component) {
    if (list.isEmpty()) {
      list = new ArrayList<>(2);
    } else if (list.size() >= sweepAt) {
      boolean _ = list.removeIf(PendingComponent::isObsolete);
      sweepAt = Math.max(SMALLEST, list.size() * 2);
    }
    list.add(component);
  }

  /** {@return those that wait; some may have ended} */
  List<PendingComponent> list() {
    return list;
  }

  /** {@return those that waited, and now wait for this no more} */
  List<PendingComponent> take() {
    List<PendingComponent> taken = list;
    list = List.of();
    sweepAt = SMALLEST;
    return taken;
  }

  /** Takes over those that wait for something else; the shorter list moves. */
  void takeOver(WaitingComponents other) {
    sweepAt = Math.max(sweepAt, other.sweepAt);
    List<PendingComponent> taken = other.take();
    if (taken.size() > list.size()) {
      taken.addAll(list);
      list = taken;
    } else if (!taken.isEmpty()) {
      list.addAll(taken);
    }
  }
}
