package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Look-ups in order of arrival. Each keeps its place, and so leaves in constant time, wherever it
 * stands, without being searched for. Guarded by the session lock.
 */
final class LookupQueue {
  private @Nullable Place first;
  private @Nullable Place last;

  /** Where a look-up stands. */
  static final class Place {
    private final LookupOperation operation;
    private @Nullable Place previous;
    private @Nullable Place next;

    private Place(LookupOperation operation) {
      this.operation = operation;
    }
  }

  /** {@return the look-up that came first of those that are there, or null} */
  @Nullable LookupOperation first() {
    return first == null ? null : first.operation;
  }

  /** {@return what {@link #first} does; it leaves} */
  @Nullable LookupOperation poll() {
    Place place = first;
    if (place == null) {
      return null;
    }
    remove(place);
    return place.operation;
  }

  /** {@return the place that a look-up gets at the end} */
  Place add(LookupOperation operation) {
    Place place = new Place(operation);
    place.previous = last;
    if (last == null) {
      first = place;
    } else {
      last.next = place;
    }
    last = place;
    return place;
  }

  /** A look-up leaves its place in this queue, once. The place keeps nobody else reachable then. */
  void remove(Place place) {
    Place previous = place.previous;
    Place next = place.next;
    if (previous == null) {
      first = next;
    } else {
      previous.next = next;
    }
    if (next == null) {
      last = previous;
    } else {
      next.previous = previous;
    }
    place.previous = null;
    place.next = null;
  }

  /** {@return the look-ups that are there} */
  List<LookupOperation> toList() {
    List<LookupOperation> all = new ArrayList<>();
    for (Place place = first; place != null; place = place.next) {
      all.add(place.operation);
    }
    return all;
  }
}
