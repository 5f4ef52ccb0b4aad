package uruk.tools.run;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/**
 * How long the phases of all links took together. Links run one within the other (an object's
 * look-up links what it needs), so this is one clock, which is told at each boundary what comes
 * next. For links on one thread.
 */
final class PhaseTimes implements LinkPlugin {

  /** What lies between two boundaries that a plugin sees. */
  enum Phase {
    READ("search symbols, read objects"),
    PRUNE("prune"),
    ALLOCATE("GOT and stubs, allocate"),
    FIX_UP("copy and fix up"),
    FINALIZE("finalize, emit");

    private final String description;

    Phase(String description) {
      this.description = description;
    }
  }

  private final Map<Phase, Long> nanoTimes = new EnumMap<>(Phase.class);
  private Phase current = Phase.READ;
  private long lastNanoTime = System.nanoTime();

  /** Starts the clock anew: linking begins. */
  void begin() {
    nanoTimes.clear();
    next(Phase.READ);
    nanoTimes.clear();
  }

  private void next(Phase phase) {
    long now = System.nanoTime();
    nanoTimes.merge(current, now - lastNanoTime, Long::sum);
    lastNanoTime = now;
    current = phase;
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    next(Phase.PRUNE);
    passes.postPrune().addFirst(_ -> next(Phase.ALLOCATE));
    passes.postAllocation().addLast(_ -> next(Phase.READ));
    passes.preFixup().addFirst(_ -> next(Phase.FIX_UP));
    passes.postFixup().addLast(_ -> next(Phase.FINALIZE));
  }

  @Override
  public void notifyEmitted(LinkedObject object, ResourceKey key) {
    next(Phase.READ);
  }

  /** {@return the milliseconds of each phase until now, in the order of a link} */
  Map<String, Double> milliseconds() {
    next(Phase.READ);
    Map<String, Double> times = new LinkedHashMap<>();
    nanoTimes.forEach((phase, time) -> times.put(phase.description, time / 1e6));
    return times;
  }
}
