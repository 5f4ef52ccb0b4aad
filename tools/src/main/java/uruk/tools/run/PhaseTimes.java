package uruk.tools.run;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/**
 * How long the phases of all links took together. Links run one within the other (an object's
 * look-up links what it needs), so each thread has one clock, which is told at each boundary what
 * comes next. With several threads the phases are more than the time that passed.
 */
final class PhaseTimes implements LinkPlugin {

  /** What lies between two boundaries that a plugin sees. */
  enum Phase {
    READ("search symbols, read objects"),
    PRUNE("prune"),
    ALLOCATE("GOT and stubs, allocate"),
    FIX_UP("copy and fix up"),
    FINALIZE("finalize, emit"),
    /** Until a thread has something to do. */
    WAIT("");

    private final String description;

    Phase(String description) {
      this.description = description;
    }
  }

  /** The clock of one thread; read by others when that thread has nothing more to do. */
  private static final class Clock {
    private final Map<Phase, Long> nanoTimes = new EnumMap<>(Phase.class);
    private Phase current;
    private long lastNanoTime = System.nanoTime();

    Clock(Phase first) {
      current = first;
    }

    synchronized void next(Phase phase) {
      long now = System.nanoTime();
      nanoTimes.merge(current, now - lastNanoTime, Long::sum);
      lastNanoTime = now;
      current = phase;
    }

    synchronized long nanoTime(Phase phase) {
      return nanoTimes.getOrDefault(phase, 0L);
    }
  }

  private final List<Clock> clocks = new CopyOnWriteArrayList<>();
  private final Clock ours = started(Phase.READ);

  @SuppressWarnings("ThreadLocalUsage") // there is one object per run
  private final ThreadLocal<Clock> clock = ThreadLocal.withInitial(() -> started(Phase.WAIT));

  private Clock started(Phase first) {
    Clock started = new Clock(first);
    clocks.add(started);
    return started;
  }

  /** Linking begins, on the calling thread. */
  void begin() {
    clock.set(ours);
    ours.next(Phase.READ);
    ours.nanoTimes.clear();
  }

  /** The clock of the thread that looks for symbols goes on with that; others wait. */
  private void rest() {
    Clock resting = clock.get();
    resting.next(resting == ours ? Phase.READ : Phase.WAIT);
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    clock.get().next(Phase.PRUNE);
    passes.postPrune().addFirst(_ -> clock.get().next(Phase.ALLOCATE));
    passes.postAllocation().addLast(_ -> rest());
    passes.preFixup().addFirst(_ -> clock.get().next(Phase.FIX_UP));
    passes.postFixup().addLast(_ -> clock.get().next(Phase.FINALIZE));
  }

  @Override
  public void notifyEmitted(LinkedObject object, ResourceKey key) {
    rest();
  }

  /** {@return the milliseconds of each phase until now, in the order of a link} */
  Map<String, Double> milliseconds() {
    rest();
    Map<String, Double> times = new LinkedHashMap<>();
    for (Phase phase : Phase.values()) {
      long nanoTime = clocks.stream().mapToLong(each -> each.nanoTime(phase)).sum();
      if (phase != Phase.WAIT) {
        times.put(phase.description, nanoTime / 1e6);
      }
    }
    return times;
  }
}
