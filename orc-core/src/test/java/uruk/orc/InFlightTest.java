package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a look-up when something happens to it, for every stage it may be in. */
class InFlightTest {
  /** Where the look-up of {@code a} is. */
  enum Stage {
    GENERATOR_QUEUED,
    GENERATOR_RUNS,
    GENERATOR_SUSPENDED,
    UNIT_DISPATCHED,
    MATERIALIZING,
    RESOLVED,
    EMITTED;

    boolean inGenerator() {
      return compareTo(UNIT_DISPATCHED) < 0;
    }
  }

  /** What happens. */
  enum Event {
    NOTHING,
    TRACKER_REMOVED,
    TRACKER_TRANSFERRED,
    TRACKER_TRANSFERRED_AND_REMOVED,
    DELEGATION,
    HANDED_BACK,
    FAILURE,
    CANCELLATION,
    GENERATOR_REMOVED,
    DYLIB_REMOVED,
    SESSION_CLOSED
  }

  static Stream<Arguments> combinations() {
    return Stream.of(Stage.values())
        .flatMap(stage -> Stream.of(Event.values()).map(event -> Arguments.of(stage, event)));
  }

  /** How the look-up must have ended once unit or generator have done what they still can. */
  private static String expected(Stage stage, Event event) {
    boolean inGenerator = stage.inGenerator();
    return switch (event) {
      case NOTHING, TRACKER_TRANSFERRED, DELEGATION, HANDED_BACK -> "found";
      case CANCELLATION -> "cancelled";
      case TRACKER_REMOVED, TRACKER_TRANSFERRED_AND_REMOVED -> inGenerator ? "found" : "removed";
      case GENERATOR_REMOVED -> inGenerator ? "GeneratorRemovedException" : "found";
      case DYLIB_REMOVED, SESSION_CLOSED -> inGenerator ? "GeneratorRemovedException" : "removed";
      case FAILURE ->
          switch (stage) {
            case GENERATOR_QUEUED -> "found"; // the one in front failed
            case GENERATOR_RUNS, GENERATOR_SUSPENDED -> "broken";
            case UNIT_DISPATCHED, MATERIALIZING, RESOLVED, EMITTED -> "failed: broken";
          };
    };
  }

  @ParameterizedTest
  @MethodSource("combinations")
  @Rule("B8.11")
  void everyEventAtEveryStageEndsTheLookUpAsTheRulesSay(Stage stage, Event event) {
    Scene scene = new Scene(stage, event);
    scene.play();

    assertThat(outcome(scene.lookup)).isEqualTo(expected(stage, event));
    assertThat(scene.completions).isEqualTo(1);
    assertThat(scene.session.lookups().inFlight()).isEmpty();
    assertThat(scene.session.explainStalled()).isEmpty();
    SymbolEntry entry = scene.main.table().find("a");
    assertThat(entry == null || entry.waiters == null).isTrue();
    scene.session.close();
  }

  private static String outcome(CompletableFuture<SymbolMap> lookup) {
    return switch (lookup.state()) {
      case SUCCESS -> "found";
      case CANCELLED -> "cancelled";
      case RUNNING -> "waits";
      case FAILED -> failure(lookup.exceptionNow());
    };
  }

  private static String failure(Throwable failure) {
    return switch (failure) {
      case FailedToMaterializeException failed
          when failed.getCause() instanceof ResourceTrackerDefunctException ->
          "removed";
      case FailedToMaterializeException failed -> "failed: " + failed.getCause().getMessage();
      case IllegalStateException broken -> broken.getMessage();
      default -> failure.getClass().getSimpleName();
    };
  }

  /**
   * One look-up, brought to a stage. Tasks run when the scene says so, so that each stage holds for
   * as long as it is wanted.
   */
  private static final class Scene {
    final OneTaskDispatcher dispatcher = new OneTaskDispatcher(1);
    final ExecutionSession session =
        ExecutionSession.builder().dispatcher(dispatcher).errorReporter(error -> {}).build();
    final JITDylib main = session.createJITDylib("main");
    final ResourceTracker tracker = main.createResourceTracker();
    final ResourceTracker other = main.createResourceTracker();
    final SessionFixture.Held unit = new SessionFixture.Held();
    final SessionFixture.Held needed = new SessionFixture.Held();
    final DefinitionGenerator generator =
        (state, kind, dylib, flags, names) -> generate(state, names);
    final Stage stage;
    final Event event;
    LookupState first;
    LookupState second;
    CompletableFuture<SymbolMap> lookup;
    int completions;

    Scene(Stage stage, Event event) {
      this.stage = stage;
      this.event = event;
      main.addGenerator(generator);
    }

    void play() {
      if (stage.inGenerator()) {
        playInGenerator();
      } else {
        playInUnit();
      }
      dispatcher.drain();
    }

    private CompletableFuture<SymbolMap> start(String name) {
      return session.lookup(
          LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of(name), SymbolState.READY);
    }

    private void startWatched() {
      lookup = start("a");
      CompletableFuture<Integer> _ = lookup.handle((found, failure) -> ++completions);
    }

    // In a generator: a look-up of "front" holds it first, so that the one of "a" queues.

    private void playInGenerator() {
      CompletableFuture<SymbolMap> _ = start("front");
      startWatched();
      if (stage == Stage.GENERATOR_QUEUED) {
        happen();
      }
      if (stage != Stage.GENERATOR_QUEUED || event != Event.FAILURE) {
        first.continueLookup();
      }
      dispatcher.drain();
      if (stage == Stage.GENERATOR_SUSPENDED) {
        happen();
        if (event != Event.FAILURE) {
          define();
          second.continueLookup();
        }
      }
    }

    private void generate(LookupState state, SymbolLookupSet names) {
      if (names.names().contains("front")) {
        first = state.suspend();
      } else if (stage == Stage.GENERATOR_SUSPENDED) {
        second = state.suspend();
      } else {
        if (stage == Stage.GENERATOR_RUNS) {
          happen();
        }
        define();
      }
    }

    private void define() {
      try {
        main.define(AbsoluteSymbols.of(SessionFixture.absolute("a")));
      } catch (JITDylibDefunctException removed) {
        assertThat(event).isIn(Event.DYLIB_REMOVED, Event.SESSION_CLOSED);
      }
    }

    // In a unit.

    private void playInUnit() {
      main.define(
          TestUnit.of(
              given -> {
                if (stage == Stage.UNIT_DISPATCHED && event == Event.FAILURE) {
                  throw new IllegalStateException("broken");
                }
                unit.accept(given);
              },
              "a"),
          tracker);
      main.define(TestUnit.of(needed, "needed"));
      startWatched();
      if (stage == Stage.UNIT_DISPATCHED) {
        happen();
        dispatcher.drain();
      } else {
        dispatcher.drain();
        advance();
        happen();
        dispatcher.drain();
      }
      finishUnit();
    }

    private void advance() {
      if (stage != Stage.MATERIALIZING) {
        TestUnit.resolve(unit.get());
      }
      if (stage == Stage.EMITTED) {
        unit.get().notifyEmitted(List.of(SessionFixture.group("a", main, "needed")));
        dispatcher.drain();
      }
    }

    /** Does what is left to do; nobody may mind that it comes too late. */
    private void finishUnit() {
      if (stage == Stage.EMITTED) {
        attempt(() -> TestUnit.emit(needed.get()));
      } else if (unit.isStarted()) {
        if (stage != Stage.RESOLVED) {
          attempt(() -> TestUnit.resolve(unit.get()));
        }
        attempt(() -> unit.get().notifyEmitted(List.of()));
        unit.get().failMaterialization(new IllegalStateException("too late"));
      }
    }

    private void attempt(Runnable action) {
      try {
        action.run();
      } catch (ResourceTrackerDefunctException removed) {
        assertThat(event)
            .isIn(
                Event.TRACKER_REMOVED,
                Event.TRACKER_TRANSFERRED_AND_REMOVED,
                Event.DYLIB_REMOVED,
                Event.SESSION_CLOSED);
      }
    }

    /** Resolved symbols can be handed to nobody. */
    private void handOn(Consumer<MaterializationResponsibility> action) {
      if (stage == Stage.MATERIALIZING) {
        action.accept(unit.get());
      } else if (stage == Stage.RESOLVED) {
        assertThatThrownBy(() -> action.accept(unit.get()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("cannot be handed on");
      }
    }

    // What happens.

    private void happen() {
      switch (event) {
        case NOTHING -> {}
        case TRACKER_REMOVED -> tracker.remove();
        case TRACKER_TRANSFERRED -> tracker.transferTo(other);
        case TRACKER_TRANSFERRED_AND_REMOVED -> {
          tracker.transferTo(other);
          other.remove();
        }
        case DELEGATION -> handOn(given -> TestUnit.emit(given.delegate(List.of("a"))));
        case HANDED_BACK -> handOn(given -> given.replace(TestUnit.of("a")));
        case FAILURE -> fail();
        case CANCELLATION -> assertThat(lookup.cancel(false)).isTrue();
        case GENERATOR_REMOVED -> main.removeGenerator(generator);
        case DYLIB_REMOVED -> session.removeJITDylibs(List.of(main));
        case SESSION_CLOSED -> session.close();
      }
    }

    private void fail() {
      IllegalStateException broken = new IllegalStateException("broken");
      switch (stage) {
        case GENERATOR_QUEUED -> first.continueLookup(broken);
        case GENERATOR_RUNS -> throw broken;
        case GENERATOR_SUSPENDED -> second.continueLookup(broken);
        case UNIT_DISPATCHED -> {} // its task throws
        case MATERIALIZING, RESOLVED -> unit.get().failMaterialization(broken);
        case EMITTED -> needed.get().failMaterialization(broken);
      }
    }
  }
}
