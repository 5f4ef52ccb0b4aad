package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The trackers of a dylib that are not defunct. Guarded by the session lock. */
final class TrackerList {
  private final JITDylib dylib;
  private @Nullable TrackerState defaultTracker;
  private Set<TrackerState> others = Set.of(); // its own from the first one on
  private long created;

  TrackerList(JITDylib dylib) {
    this.dylib = dylib;
  }

  /** {@return the tracker of all that is defined without one} */
  TrackerState defaultTracker() {
    if (defaultTracker == null) {
      defaultTracker = titled("default tracker");
    }
    return defaultTracker;
  }

  TrackerState create() {
    TrackerState tracker = titled("tracker " + ++created);
    if (others.isEmpty()) {
      others = new LinkedHashSet<>();
    }
    others.add(tracker);
    return tracker;
  }

  private TrackerState titled(String title) {
    dylib.checkOpen();
    return new TrackerState(dylib, new ResourceKey(title + " of \"" + dylib.name() + '"'));
  }

  /** {@return the trackers, the default one last} */
  List<TrackerState> all() {
    List<TrackerState> all = new ArrayList<>(others);
    if (defaultTracker != null) {
      all.add(defaultTracker);
    }
    return all;
  }

  /** Forgets a tracker that has become defunct. */
  void forget(TrackerState tracker) {
    if (defaultTracker == tracker) {
      defaultTracker = null;
    } else {
      others.remove(tracker);
    }
  }
}
