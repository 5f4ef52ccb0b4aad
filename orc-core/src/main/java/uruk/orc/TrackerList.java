package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The trackers of a dylib that are not defunct. Guarded by the session lock. */
final class TrackerList {
  private final JITDylib dylib;
  private final Set<TrackerState> trackers = new LinkedHashSet<>();
  private @Nullable TrackerState defaultTracker;
  private long created;

  TrackerList(JITDylib dylib) {
    this.dylib = dylib;
  }

  /** {@return the tracker of all that is defined without one} */
  TrackerState defaultTracker() {
    if (defaultTracker == null) {
      defaultTracker = create("default tracker");
    }
    return defaultTracker;
  }

  TrackerState create() {
    return create("tracker " + ++created);
  }

  private TrackerState create(String title) {
    dylib.checkOpen();
    TrackerState tracker =
        new TrackerState(dylib, new ResourceKey("%s of \"%s\"".formatted(title, dylib.name())));
    trackers.add(tracker);
    return tracker;
  }

  /** {@return the trackers, the default one last} */
  List<TrackerState> all() {
    List<TrackerState> all = new ArrayList<>(trackers);
    if (defaultTracker != null && all.remove(defaultTracker)) {
      all.add(defaultTracker);
    }
    return all;
  }

  /** Forgets a tracker that has become defunct. */
  void forget(TrackerState tracker) {
    trackers.remove(tracker);
    if (defaultTracker == tracker) {
      defaultTracker = null;
    }
  }
}
