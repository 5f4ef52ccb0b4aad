package uruk.materialization;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.RunningCode.Findings;
import uruk.materialization.RunningCode.Place;
import uruk.materialization.RunningCode.UnknownThread;

/**
 * The versions that were replaced and whose code is still there. Code is freed when no counted call
 * that began before the replacement is under way, and no thread refers to it: then nothing leads
 * there any more, because all names, entries and branches lead to the new version.
 *
 * <p>Runs under the update lock. While something waits, a thread of the process tries again, at
 * growing intervals.
 */
final class Retirement {
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "uruk-reclaimer");
        thread.setDaemon(true);
        return thread;
      });
  private static final long FIRST_DELAY_MILLIS = 20;
  private static final long LONGEST_DELAY_MILLIS = 5_000;

  /** How many versions one examination looks for at most. */
  private static final int BATCH = 128;

  /** With these of ucontext(3) a program leaves a stack and returns to another. */
  private static final List<String> STACK_SWITCHES =
      List.of("swapcontext", "setcontext", "makecontext");

  private final Updates updates;
  private final Map<LinkedObject, Long> epochs = new LinkedHashMap<>();
  private long quiescentBefore;
  private boolean scheduled;

  Retirement(Updates updates) {
    this.updates = updates;
  }

  /** Versions have been replaced, just now: nothing leads to their code but what runs it. */
  void retire(Collection<LinkedObject> versions) {
    RunningCode running = updates.running();
    if (running == null || versions.isEmpty()) {
      return;
    }
    long epoch = running.beginEpoch();
    versions.forEach(version -> epochs.put(version, epoch));
    schedule(FIRST_DELAY_MILLIS);
  }

  /** A version runs again, or has been freed. */
  void forget(LinkedObject version) {
    epochs.remove(version);
  }

  /** The host says that nothing that was replaced before now runs on threads nobody can examine. */
  void declareQuiescent() {
    RunningCode running = updates.running();
    if (running != null) {
      quiescentBefore = running.beginEpoch();
    }
  }

  /** {@return the versions whose code nothing runs; it has been freed} */
  List<LinkedObject> reclaim() {
    List<LinkedObject> freed = new ArrayList<>();
    List<LinkedObject> all = List.copyOf(epochs.keySet());
    for (int from = 0; from < all.size(); from += BATCH) {
      List<LinkedObject> batch = all.subList(from, Math.min(all.size(), from + BATCH));
      pins(batch)
          .forEach((version, pins) -> {
            if (pins.isEmpty()) {
              updates.freeCode(version);
              epochs.remove(version);
              freed.add(version);
            }
          });
    }
    return freed;
  }

  /** {@return why a version's code is still there} */
  List<Pin> pins(LinkedObject version) {
    if (!epochs.containsKey(version)) {
      return List.of();
    }
    return pins(List.of(version)).getOrDefault(version, List.of());
  }

  private Map<LinkedObject, List<Pin>> pins(List<LinkedObject> versions) {
    Map<LinkedObject, List<Pin>> pins = new LinkedHashMap<>();
    List<LinkedObject> undecided = new ArrayList<>();
    for (LinkedObject version : versions) {
      List<Pin> known = knownPins(version);
      pins.put(version, known);
      if (known.isEmpty()) {
        undecided.add(version);
      }
    }
    RunningCode running = updates.running();
    if (running != null && !undecided.isEmpty()) {
      examine(running, undecided, pins);
    }
    return pins;
  }

  /** What pins a version without a look at threads. */
  private List<Pin> knownPins(LinkedObject version) {
    List<Pin> pins = new ArrayList<>();
    LinkResult result = version.result();
    RunningCode running = updates.running();
    if (result == null || running == null) {
      return pins;
    }
    for (String function : TakenAddresses.functions(version, updates.memory())) {
      pins.add(new Pin.AddressTaken(function));
    }
    for (long place : TakenAddresses.computed(version, updates.memory())) {
      pins.add(new Pin.PlaceTaken(placeIn(version, place)));
    }
    if (updates.isKeptForRollBack(version)) {
      pins.add(new Pin.KeptForRollBack());
    }
    if (!declaredQuiescent(version)) {
      updates
          .objects()
          .usersOf(STACK_SWITCHES)
          .forEach(user -> pins.add(new Pin.StacksPutAside(user)));
    }
    Map<Long, String> functions = functions(result);
    for (Place call :
        running.callsBefore(epochs.getOrDefault(version, 0L), functions::containsKey)) {
      pins.add(
          new Pin.CallUnderWay(
              call.threadName(), call.thread(), functions.getOrDefault(call.address(), "")));
    }
    return pins;
  }

  /** {@return whether the host has said so since the version was replaced} */
  private boolean declaredQuiescent(LinkedObject version) {
    return epochs.getOrDefault(version, 0L) < quiescentBefore;
  }

  private static Map<Long, String> functions(LinkResult result) {
    Map<Long, String> functions = new LinkedHashMap<>();
    result.symbols().entriesByName().forEach((name, entry) -> functions.put(entry, name));
    result.localFunctions().entriesByName().forEach((name, entry) -> functions.put(entry, name));
    return functions;
  }

  private void examine(
      RunningCode running, List<LinkedObject> versions, Map<LinkedObject, List<Pin>> pins) {
    List<SegmentRange> code = new ArrayList<>();
    List<LinkedObject> owners = new ArrayList<>();
    for (LinkedObject version : versions) {
      for (SegmentRange range : version.segments()) {
        if (range.memProt() == MemProt.READ_EXEC) {
          code.add(range);
          owners.add(version);
        }
      }
    }
    Findings findings = running.examine(code);
    for (int i = 0; i < code.size(); i++) {
      List<Pin> found = pins.get(owners.get(i));
      for (Place place : findings.places().get(i)) {
        addTo(
            found,
            new Pin.ThreadInCode(
                place.threadName(), place.thread(), placeIn(owners.get(i), place.address())));
      }
    }
    for (LinkedObject version : new HashSet<>(owners)) {
      if (!declaredQuiescent(version)) {
        for (UnknownThread thread : findings.unknown()) {
          addTo(
              pins.get(version),
              new Pin.ThreadUnknown(thread.threadName(), thread.thread(), thread.reason()));
        }
      }
    }
  }

  private static void addTo(@Nullable List<Pin> pins, Pin pin) {
    if (pins == null) {
      throw new AssertionError("pins of a version that was not asked for");
    }
    pins.add(pin);
  }

  private static String placeIn(LinkedObject version, long address) {
    LinkResult result = version.result();
    int symbol = result == null ? -1 : result.symbols().floor(address);
    return result == null || symbol < 0
        ? "a local function at 0x%x (%s)".formatted(address, version)
        : "%s+0x%x (%s)"
            .formatted(
                result.symbols().name(symbol), address - result.symbols().code(symbol), version);
  }

  // Trying again ---------------------------------------------------------------------------------

  private void schedule(long delayMillis) {
    if (!scheduled && !epochs.isEmpty()) {
      scheduled = true;
      postpone(delayMillis);
    }
  }

  /** What is scheduled is tried some time later; needs no lock. */
  void postpone(long delayMillis) {
    WeakReference<Updates> later = new WeakReference<>(updates);
    var _ = TIMER.schedule(() -> tryAgain(later, delayMillis), delayMillis, TimeUnit.MILLISECONDS);
  }

  private static void tryAgain(WeakReference<Updates> later, long delayMillis) {
    Updates updates = later.get();
    if (updates != null) {
      updates.reclaimInBackground(Math.min(LONGEST_DELAY_MILLIS, 2 * delayMillis));
    }
  }

  /** The time has come. */
  List<LinkedObject> reclaimAndSchedule(long nextDelayMillis) {
    scheduled = false;
    try {
      return reclaim();
    } finally {
      schedule(nextDelayMillis);
    }
  }
}
