package uruk.materialization;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.RunningCode.Findings;
import uruk.materialization.RunningCode.Place;
import uruk.materialization.RunningCode.UnknownThread;

/**
 * Looks for what pins the code of old versions, once.
 *
 * <p>The search works with addresses of that code, and leaves them on its stack, where they look
 * like what it searches for. So it has a thread of its own, which is not examined, and tells others
 * names only. Its caller holds the update lock and waits: the search takes no update lock itself.
 */
final class PinSearch {
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          search -> Thread.ofPlatform().daemon().name("uruk-pin-search").unstarted(search));

  /** With these of ucontext(3) a program leaves a stack and returns to another. */
  private static final List<String> STACK_SWITCHES =
      List.of("swapcontext", "setcontext", "makecontext");

  private final Updates updates;
  private final RunningCode running;
  private final Map<LinkedObject, Long> epochs;
  private final long quiescentBefore;

  /**
   * Describes a search.
   *
   * @param epochs when each version was replaced
   * @param quiescentBefore what was replaced before runs on no thread that cannot be examined
   */
  PinSearch(
      Updates updates, RunningCode running, Map<LinkedObject, Long> epochs, long quiescentBefore) {
    this.updates = updates;
    this.running = running;
    this.epochs = epochs;
    this.quiescentBefore = quiescentBefore;
  }

  /** {@return for each version what pins it} */
  Map<LinkedObject, List<Pin>> find(List<LinkedObject> versions) {
    try {
      return Uninterruptibles.getUninterruptibly(THREAD.submit(() -> search(versions)));
    } catch (ExecutionException failure) {
      Throwables.throwIfUnchecked(Objects.requireNonNull(failure.getCause()));
      throw new AssertionError("a search declares no checked exception", failure);
    }
  }

  private Map<LinkedObject, List<Pin>> search(List<LinkedObject> versions) {
    Map<LinkedObject, List<Pin>> pins = new LinkedHashMap<>();
    List<LinkedObject> undecided = new ArrayList<>();
    for (LinkedObject version : versions) {
      List<Pin> known = knownPins(version);
      pins.put(version, known);
      if (known.isEmpty()) {
        undecided.add(version);
      }
    }
    if (!undecided.isEmpty()) {
      examine(undecided, pins);
    }
    return pins;
  }

  /** What pins a version without a look at threads. */
  private List<Pin> knownPins(LinkedObject version) {
    List<Pin> pins = new ArrayList<>();
    LinkResult result = version.result();
    if (result == null) {
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

  private void examine(List<LinkedObject> versions, Map<LinkedObject, List<Pin>> pins) {
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
}
