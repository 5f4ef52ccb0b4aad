package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Drives a session and {@link SessionModel} with the same random steps, each on one of several
 * threads, and compares every symbol and every look-up after each.
 */
class ModelTest {
  private static final int STEPS = 120;

  @Test
  void theSessionDoesWhatTheModelSays() {
    var _ = LongStream.range(0, 300).map(seed -> run(seed, Mode.PLAIN)).sum();
  }

  @Test
  void theSessionRedefinesAsTheModelSays() {
    long made = LongStream.range(0, 300).map(seed -> run(seed, Mode.REDEFINES)).sum();

    assertThat(made).as("redefinitions that were made").isGreaterThan(1000);
  }

  @Test
  void unitsClaimAndFindAsTheModelSays() {
    long refused = LongStream.range(0, 300).map(seed -> run(seed, Mode.CLAIMS_AND_FINDS)).sum();

    assertThat(refused).as("emissions by units that have found what is gone").isPositive();
  }

  @Test
  @Tag("long")
  void theSessionDoesWhatTheModelSaysForLong() {
    Mode[] modes = Mode.values();
    var _ =
        LongStream.range(300, 60_000)
            .map(seed -> run(seed, modes[(int) (seed % modes.length)]))
            .sum();
  }

  /** What each sixth step does; the others are the same, so that seeds keep their meaning. */
  private enum Mode {
    PLAIN,
    REDEFINES,
    CLAIMS_AND_FINDS
  }

  /** Seeds that have failed once. */
  @ParameterizedTest
  @ValueSource(longs = {41})
  void theSessionDoesWhatTheModelSaysWhereItOnceDidNot(long seed) {
    var _ = run(seed, Mode.PLAIN);
  }

  /** Returns how often the mode had its special effect. */
  private static long run(long seed, Mode mode) {
    try (Driver driver = new Driver(seed)) {
      for (int step = 0; step < STEPS; step++) {
        driver.step(step % 6 == 5 ? mode : Mode.PLAIN);
        driver.compare("seed " + seed + ", step " + step);
      }
      return driver.effects;
    }
  }

  /** One session, one model, and what the steps work on. */
  private static final class Driver implements AutoCloseable {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f", "g", "h");
    private static final ExecutorService THREADS =
        Executors.newFixedThreadPool(
            3,
            work -> {
              Thread thread = new Thread(work, "driver");
              thread.setDaemon(true);
              return thread;
            });

    private final Random random;
    private final ExecutionSession session =
        ExecutionSession.builder().errorReporter(error -> {}).build();
    private final SessionModel model = new SessionModel();
    private final Map<String, JITDylib> dylibs = new LinkedHashMap<>();
    private final List<Trackers> trackers = new ArrayList<>();
    private final List<Units> units = new ArrayList<>();
    private final List<Lookups> lookups = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private int effects;

    private record Trackers(String dylib, ResourceTracker real, SessionModel.Tracker model) {}

    private record Lookups(CompletableFuture<SymbolMap> real, SessionModel.Lookup model) {}

    /** A unit; its responsibility arrives when the session starts it. */
    private static final class Units {
      private final SessionModel.Unit model;
      private volatile MaterializationResponsibility responsibility;

      private Units(SessionModel.Unit model) {
        this.model = model;
      }
    }

    private interface Step {
      void run();
    }

    private Driver(long seed) {
      random = new Random(seed);
      for (String name : List.of("main", "library")) {
        dylibs.put(name, session.createJITDylib(name));
        model.dylibs.put(name, new LinkedHashMap<>());
        for (int at = 0; at < 3; at++) {
          addTracker(name);
        }
      }
    }

    private void addTracker(String dylib) {
      trackers.add(
          new Trackers(
              dylib, dylibs.get(dylib).createResourceTracker(), new SessionModel.Tracker()));
    }

    private Step anyOrdinary() {
      int choice = random.nextInt(100);
      return choice < 22
          ? this::define
          : choice < 42
              ? this::lookup
              : choice < 78
                  ? this::work
                  : choice < 84
                      ? this::removeTracker
                      : choice < 88
                          ? this::transfer
                          : choice < 93 ? this::removeNames : this::cancel;
    }

    private void step(Mode mode) {
      Step step =
          switch (mode) {
            case PLAIN -> anyOrdinary();
            case REDEFINES -> this::redefine;
            case CLAIMS_AND_FINDS ->
                switch (random.nextInt(3)) {
                  case 0 -> this::claim;
                  case 1 -> this::find;
                  default -> this::defineAnew;
                };
          };
      try {
        THREADS.submit(step::run).get();
      } catch (Exception failure) {
        throw new AssertionError(String.join("\n", trace), failure);
      }
    }

    private <T> T oneOf(List<T> all) {
      return all.get(random.nextInt(all.size()));
    }

    private Set<String> someNames(int most) {
      Set<String> some = new LinkedHashSet<>();
      for (int left = 1 + random.nextInt(most); left > 0; left--) {
        some.add(oneOf(NAMES));
      }
      return some;
    }

    private void define() {
      Trackers tracker = oneOf(trackers);
      Map<String, Boolean> weak = new LinkedHashMap<>();
      someNames(3).forEach(name -> weak.put(name, random.nextInt(5) < 2));
      define(tracker, weak);
    }

    private void define(Trackers tracker, Map<String, Boolean> weak) {
      Units unit = new Units(new SessionModel.Unit(tracker.dylib, tracker.model));
      Map<String, SymbolFlags> flags = flags(weak);
      Throwable thrown =
          catchThrowable(() ->
              dylibs
                  .get(tracker.dylib)
                  .define(
                      new TestUnit("unit", flags, given -> unit.responsibility = given),
                      tracker.real));
      trace.add("define " + weak + " in " + tracker.real + " -> " + thrown);
      if (tracker.model.defunct) {
        assertThat(thrown).isInstanceOf(ResourceTrackerDefunctException.class);
      } else if (model.define(unit.model, weak)) {
        assertThat(thrown).isNull();
        units.add(unit);
      } else {
        assertThat(thrown).isInstanceOf(DuplicateDefinitionException.class);
      }
    }

    private void lookup() {
      List<String> order = random.nextBoolean() ? List.of("main", "library") : List.of("library");
      SymbolState required = random.nextBoolean() ? SymbolState.READY : SymbolState.RESOLVED;
      Map<String, Boolean> isRequired = new LinkedHashMap<>();
      SymbolLookupSet.Builder set = SymbolLookupSet.builder();
      for (String name : someNames(3)) {
        isRequired.put(name, random.nextInt(3) > 0);
        SymbolLookupSet.Builder unused =
            isRequired.get(name) ? set.require(name) : set.weaklyReference(name);
      }
      SearchOrder searched =
          SearchOrder.of(order.stream().map(dylibs::get).toArray(JITDylib[]::new));
      trace.add("look up " + isRequired + " in " + order + " for " + required);
      CompletableFuture<SymbolMap> real =
          session.lookup(LookupKind.STATIC, searched, set.build(), required);
      lookups.add(new Lookups(real, model.lookup(order, isRequired, required)));
    }

    private List<Units> started() {
      return units.stream()
          .filter(unit -> unit.responsibility != null && !unit.model.owned().isEmpty())
          .toList();
    }

    /** Lets a unit under way claim further symbols. */
    private void claim() {
      List<Units> started = started();
      if (started.isEmpty()) {
        return;
      }
      Units unit = oneOf(started);
      Map<String, Boolean> weak = new LinkedHashMap<>();
      someNames(2).forEach(name -> weak.put(name, random.nextInt(5) < 3));
      Map<String, SymbolFlags> flags = flags(weak);
      List<Set<String>> claimed = new ArrayList<>();
      Throwable thrown =
          catchThrowable(() -> claimed.add(unit.responsibility.defineMaterializing(flags)));
      trace.add("claim " + weak + " -> " + claimed + " " + thrown);
      Set<String> expected = model.claim(unit.model, weak);
      if (expected == null) {
        assertThat(thrown).isInstanceOf(DuplicateDefinitionException.class);
      } else {
        assertThat(claimed).containsExactly(expected);
      }
    }

    /** Lets a unit under way look up what it may need. */
    private void find() {
      List<Units> started = started();
      if (started.isEmpty()) {
        return;
      }
      Units unit = oneOf(started);
      String dylib = oneOf(List.copyOf(dylibs.keySet()));
      Set<String> names = someNames(3);
      trace.add("find " + names + " in " + dylib);
      CompletableFuture<SymbolMap> real =
          unit.responsibility.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylibs.get(dylib)),
              SymbolLookupSet.weaklyReferenced(names),
              SymbolState.RESOLVED,
              null);
      lookups.add(new Lookups(real, model.find(unit.model, dylib, names)));
    }

    /** Removes a name that a unit under way has found, and defines it again. */
    private void defineAnew() {
      List<SessionModel.Symbol> found =
          started().stream()
              .flatMap(unit -> unit.model.found.stream())
              .filter(symbol -> !symbol.removed)
              .distinct()
              .sorted(Comparator.comparing(symbol -> symbol.dylib + symbol.name))
              .toList();
      if (found.isEmpty()) {
        return;
      }
      SessionModel.Symbol symbol = oneOf(found);
      removeNames(symbol.dylib, Set.of(symbol.name));
      List<Trackers> usable =
          trackers.stream()
              .filter(tracker -> tracker.dylib.equals(symbol.dylib) && !tracker.model.defunct)
              .toList();
      define(oneOf(usable), Map.of(symbol.name, false));
    }

    private static Map<String, SymbolFlags> flags(Map<String, Boolean> weak) {
      Map<String, SymbolFlags> flags = new LinkedHashMap<>();
      weak.forEach((name, isWeak) ->
          flags.put(name, isWeak ? TestUnit.FUNCTION.with(SymbolFlags.WEAK) : TestUnit.FUNCTION));
      return flags;
    }

    /** Takes a unit under way one step further. */
    private void work() {
      List<Units> started = started();
      if (started.isEmpty()) {
        return;
      }
      Units unit = oneOf(started);
      List<String> owned = unit.model.owned().stream().map(symbol -> symbol.name).toList();
      boolean resolved =
          unit.model.owned().stream().allMatch(symbol -> symbol.state == SymbolState.RESOLVED);
      int choice = random.nextInt(10);
      if (choice == 0) {
        trace.add("fail " + owned);
        unit.responsibility.failMaterialization(new IllegalStateException("broken"));
        model.fail(unit.model);
      } else if (resolved) {
        emit(unit);
      } else if (choice < 4 && owned.size() > 1) {
        split(unit, owned);
      } else {
        trace.add("resolve " + owned);
        SymbolMap.Builder addresses = SymbolMap.builder();
        unit.model.owned().stream()
            .filter(symbol -> symbol.state == SymbolState.MATERIALIZING)
            .forEach(symbol ->
                addresses.put(symbol.name, TestUnit.addressOf(symbol.name), TestUnit.FUNCTION));
        unit.responsibility.notifyResolved(addresses.build());
        model.resolve(unit.model);
      }
    }

    private void emit(Units unit) {
      Map<String, Map<String, Set<String>>> needs = new LinkedHashMap<>();
      List<SymbolDependenceGroup> groups = new ArrayList<>();
      for (SessionModel.Symbol symbol : unit.model.owned()) {
        if (random.nextInt(4) > 0) {
          Map<String, Set<String>> needed = new LinkedHashMap<>();
          Map<JITDylib, Set<String>> real = new LinkedHashMap<>();
          for (String dylib : dylibs.keySet()) {
            Set<String> names = presentNames(dylib);
            needed.put(dylib, names);
            real.put(dylibs.get(dylib), names);
          }
          needs.put(symbol.name, needed);
          groups.add(new SymbolDependenceGroup(Set.of(symbol.name), real));
        }
      }
      Throwable thrown = catchThrowable(() -> unit.responsibility.notifyEmitted(groups));
      trace.add("emit " + needs + " -> " + thrown);
      Set<String> unsatisfied = model.emit(unit.model, needs);
      effects += model.boundToWhatIsGone;
      if (unsatisfied.isEmpty()) {
        assertThat(thrown).isNull();
      } else {
        assertThat(((UnsatisfiedSymbolDependenciesException) thrown).failedSymbols())
            .isEqualTo(unsatisfied);
        unit.responsibility.failMaterialization(thrown);
        model.fail(unit.model);
      }
    }

    /** Mostly names that are defined, so that emissions get through. */
    private Set<String> presentNames(String dylib) {
      Set<String> names = new LinkedHashSet<>();
      for (String name : someNames(2)) {
        SessionModel.Symbol symbol = model.dylibs.get(dylib).get(name);
        if ((symbol != null && !symbol.failed) || random.nextInt(20) == 0) {
          names.add(name);
        }
      }
      return names;
    }

    private void split(Units unit, List<String> owned) {
      Set<String> names = Set.of(oneOf(owned));
      boolean unresolved =
          unit.model.owned().stream()
              .filter(symbol -> names.contains(symbol.name))
              .allMatch(symbol -> symbol.state == SymbolState.MATERIALIZING);
      if (!unresolved) {
        return;
      }
      boolean handBack = random.nextBoolean();
      trace.add((handBack ? "hand back " : "delegate ") + names + " of " + owned);
      Units part = new Units(model.split(unit.model, names, handBack));
      units.add(part);
      if (handBack) {
        unit.responsibility.replace(
            new TestUnit(
                "part",
                TestUnit.flags(TestUnit.FUNCTION, names.toArray(new String[0])),
                given -> part.responsibility = given));
      } else {
        part.responsibility = unit.responsibility.delegate(names);
      }
    }

    private void removeTracker() {
      Trackers tracker = oneOf(trackers);
      trace.add("remove " + tracker.real);
      tracker.real.remove();
      model.remove(tracker.model);
      addTracker(tracker.dylib);
    }

    private void transfer() {
      Trackers source = oneOf(trackers);
      List<Trackers> others =
          trackers.stream().filter(other -> other.dylib.equals(source.dylib)).toList();
      Trackers destination = oneOf(others);
      Throwable thrown = catchThrowable(() -> source.real.transferTo(destination.real));
      trace.add("transfer " + source.real + " to " + destination.real + " -> " + thrown);
      if (source == destination) {
        assertThat(thrown).isNull();
      } else if (source.model.defunct || destination.model.defunct) {
        assertThat(thrown).isInstanceOf(ResourceTrackerDefunctException.class);
      } else {
        assertThat(thrown).isNull();
        model.transfer(source.model, destination.model);
        addTracker(source.dylib);
      }
    }

    private void removeNames() {
      String dylib = oneOf(List.copyOf(dylibs.keySet()));
      removeNames(dylib, someNames(2));
    }

    private void removeNames(String dylib, Set<String> names) {
      Throwable thrown = catchThrowable(() -> dylibs.get(dylib).remove(names));
      trace.add("remove " + names + " of " + dylib + " -> " + thrown);
      assertThat(thrown == null).isEqualTo(model.removeNames(dylib, names));
    }

    /** One or two changes of one dylib; names may move from one tracker to the other. */
    private void redefine() {
      String dylib = oneOf(List.copyOf(dylibs.keySet()));
      Set<String> arriving = new LinkedHashSet<>();
      Set<String> leaving = new LinkedHashSet<>();
      List<Redefinition> real = new ArrayList<>();
      List<SessionModel.Change> modelled = new ArrayList<>();
      for (int left = 1 + random.nextInt(2); left > 0; left--) {
        Trackers tracker =
            oneOf(trackers.stream().filter(each -> each.dylib.equals(dylib)).toList());
        SessionModel.Change change =
            new SessionModel.Change(
                tracker.model,
                dylib,
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashSet<>());
        fill(change, arriving, leaving);
        modelled.add(change);
        real.add(real(change, tracker.real));
      }
      Throwable thrown = catchThrowable(() -> session.redefine(real));
      trace.add("redefine " + real + " -> " + thrown);
      if (model.redefine(modelled)) {
        assertThat(thrown).isNull();
        effects++;
      } else {
        assertThat(thrown).isInstanceOf(OrcException.class);
      }
    }

    /** Mostly what can be redefined and removed, so that changes get through. */
    private void fill(SessionModel.Change change, Set<String> arriving, Set<String> leaving) {
      Map<String, SessionModel.Symbol> table = model.dylibs.get(change.dylib());
      for (String name : NAMES) {
        SessionModel.Symbol symbol = table.get(name);
        boolean isReady = symbol != null && symbol.state == SymbolState.READY;
        boolean isOwn = isReady && symbol.unit.tracker == change.tracker();
        if (random.nextInt(symbol == null || isOwn ? 3 : 40) == 0 && arriving.add(name)) {
          change.addresses().put(name, 0x10_0000L + random.nextInt(1000));
          change.needs().put(name, Map.of(change.dylib(), readyNames(table)));
        }
        if (random.nextInt(isReady ? 8 : 60) == 0 && leaving.add(name)) {
          change.removed().add(name);
        }
      }
    }

    private Set<String> readyNames(Map<String, SessionModel.Symbol> table) {
      Set<String> names = new LinkedHashSet<>();
      for (String name : someNames(2)) {
        SessionModel.Symbol symbol = table.get(name);
        if ((symbol != null && symbol.state == SymbolState.READY) || random.nextInt(40) == 0) {
          names.add(name);
        }
      }
      return names;
    }

    private Redefinition real(SessionModel.Change change, ResourceTracker tracker) {
      SymbolMap.Builder symbols = SymbolMap.builder();
      List<SymbolDependenceGroup> groups = new ArrayList<>();
      change
          .addresses()
          .forEach((name, address) -> {
            symbols.put(name, address, TestUnit.FUNCTION);
            Map<JITDylib, Set<String>> needs = new LinkedHashMap<>();
            change.needs().get(name).forEach((dylib, names) -> needs.put(dylibs.get(dylib), names));
            groups.add(new SymbolDependenceGroup(Set.of(name), needs));
          });
      return new Redefinition(tracker, "redefined", symbols.build(), groups, change.removed());
    }

    private void cancel() {
      List<Lookups> pending =
          lookups.stream()
              .filter(lookup -> lookup.model.outcome == SessionModel.Outcome.PENDING)
              .toList();
      if (!pending.isEmpty()) {
        Lookups lookup = oneOf(pending);
        trace.add("cancel " + lookups.indexOf(lookup));
        lookup.real.cancel(false);
        lookup.model.outcome = SessionModel.Outcome.CANCELLED;
      }
    }

    private void compare(String when) {
      try {
        dylibs.forEach(this::compareTables);
        for (Lookups lookup : lookups) {
          assertThat(outcome(lookup.real))
              .as("look-up %d", lookups.indexOf(lookup))
              .isEqualTo(lookup.model.outcome);
        }
      } catch (AssertionError difference) {
        throw new AssertionError(when + "\n" + String.join("\n", trace), difference);
      }
    }

    private void compareTables(String name, JITDylib dylib) {
      Map<String, SessionModel.Symbol> expected = model.dylibs.get(name);
      assertThat(dylib.symbols("").keySet()).isEqualTo(expected.keySet());
      expected.forEach((symbol, modelled) -> {
        SymbolEntry entry = dylib.table().find(symbol);
        assertThat(entry.state()).as(symbol).isEqualTo(modelled.state);
        assertThat(entry.address()).as(symbol + "'s address").isEqualTo(modelled.address);
        assertThat(entry.hasError()).as(symbol + " failed").isEqualTo(modelled.failed);
        assertThat(!entry.flags().isStrong()).as(symbol + " weak").isEqualTo(modelled.weak);
      });
    }

    private static SessionModel.Outcome outcome(CompletableFuture<SymbolMap> real) {
      return switch (real.state()) {
        case RUNNING -> SessionModel.Outcome.PENDING;
        case SUCCESS -> SessionModel.Outcome.FOUND;
        case CANCELLED -> SessionModel.Outcome.CANCELLED;
        case FAILED ->
            real.exceptionNow() instanceof SymbolsNotFoundException
                ? SessionModel.Outcome.NOT_FOUND
                : SessionModel.Outcome.FAILED;
      };
    }

    @Override
    public void close() {
      session.close();
      lookups.forEach(lookup -> assertThat(lookup.real.state()).isNotEqualTo(Future.State.RUNNING));
      assertThat(session.lookups().inFlight()).isEmpty();
    }
  }
}
