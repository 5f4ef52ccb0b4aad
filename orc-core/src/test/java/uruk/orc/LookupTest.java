package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LookupTest extends SessionFixture {
  private final JITDylib second = session.createBareJITDylib("second");
  private final List<String> asked = new ArrayList<>();

  /** A generator that notes what it is asked for and defines what it may. */
  private DefinitionGenerator generator(String name, String... provides) {
    return (state, kind, dylib, flags, names) -> {
      asked.add(name + " " + kind + " " + names.names());
      List<String> defined =
          names.names().stream().filter(each -> List.of(provides).contains(each)).toList();
      if (!defined.isEmpty()) {
        dylib.define(AbsoluteSymbols.of(absolute(defined.toArray(new String[0]))));
      }
    };
  }

  @Test
  @Rule("B3.1")
  void aHiddenNameIsNotGeneratedButLookedForFurther() {
    main.define(TestUnit.of(SymbolFlags.CALLABLE, "a"));
    main.addGenerator(generator("main's", "a"));
    second.define(TestUnit.of("a"));

    session.lookup(SearchOrder.of(main, second), "a");

    assertThat(asked).isEmpty();
    assertThat(second.symbolState("a")).isEqualTo(SymbolState.READY);
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.NEVER_SEARCHED);
    assertThatThrownBy(() -> session.lookup(main, "a"))
        .isInstanceOf(SymbolsNotFoundException.class)
        .hasMessageContaining("a in \"main\" is hidden from this search");
    session.lookup(SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, main), "a");
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.READY);
  }

  @Test
  @Rule({"B3.2", "B3.15"})
  void generatorsAreAskedInOrderForWhatIsMissingUntilNothingIs() {
    main.addGenerator(generator("first", "a"));
    main.addGenerator(generator("second", "b"));
    main.addGenerator(generator("third", "c"));
    second.addGenerator(generator("other dylib's"));

    session.lookup(SearchOrder.of(main, second), SymbolLookupSet.of("a", "b"));

    assertThat(asked).containsExactly("first STATIC [a, b]", "second STATIC [b]");
  }

  @Test
  @Rule("B3.3")
  void aBusyGeneratorServesItsQueueInOrderAndAsksOnlyForWhatIsStillMissing() {
    List<LookupState> states = new ArrayList<>();
    main.addGenerator((state, kind, dylib, flags, names) -> {
      asked.add(names.names().toString());
      states.add(state.suspend());
    });
    CompletableFuture<SymbolMap> first = lookup(main, "a");
    CompletableFuture<SymbolMap> second = lookup(main, "b");
    CompletableFuture<SymbolMap> third = lookup(main, "a");
    CompletableFuture<SymbolMap> fourth = lookup(main, "d");
    assertThat(asked).containsExactly("[a]");

    main.define(AbsoluteSymbols.of(absolute("a")));
    states.getFirst().continueLookup();
    assertThat(first).isCompleted();
    assertThat(asked).containsExactly("[a]", "[b]");

    main.define(AbsoluteSymbols.of(absolute("b")));
    states.get(1).continueLookup();
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(asked).containsExactly("[a]", "[b]", "[d]");

    states.get(2).continueLookup();
    assertThat(failure(fourth)).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  @Rule("B3.4")
  void aSuspendedLookUpContinuesOnceFromAnyThread() throws InterruptedException {
    AtomicReference<LookupState> kept = new AtomicReference<>();
    main.addGenerator((state, kind, dylib, flags, names) -> kept.set(state.suspend()));
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    assertThat(found).isNotDone();

    main.define(AbsoluteSymbols.of(absolute("a")));
    Thread other = new Thread(() -> kept.get().continueLookup());
    other.start();
    other.join();

    assertThat(await(found).address("a")).isEqualTo(TestUnit.addressOf("a"));
    assertThatThrownBy(() -> kept.get().continueLookup())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("continues once");
    assertThatThrownBy(() -> kept.get().suspend()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Rule("B3.4")
  void aLookUpMayContinueBeforeItsGeneratorReturns() {
    main.addGenerator((state, kind, dylib, flags, names) -> {
      LookupState suspended = state.suspend();
      dylib.define(AbsoluteSymbols.of(absolute("a")));
      suspended.continueLookup();
      asked.add("returned");
    });

    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    assertThat(asked).containsExactly("returned");
  }

  @Test
  @Rule("B3.4")
  void aGeneratorFailsItsLookUpNowOrLater() {
    RuntimeException broken = new IllegalStateException("broken");
    AtomicReference<LookupState> kept = new AtomicReference<>();
    main.addGenerator((state, kind, dylib, flags, names) -> {
      throw broken;
    });
    second.addGenerator((state, kind, dylib, flags, names) -> kept.set(state.suspend()));

    assertThatThrownBy(() -> session.lookup(main, "a")).isSameAs(broken);
    CompletableFuture<SymbolMap> later = lookup(second, "a");
    kept.get().continueLookup(broken);
    assertThat(failure(later)).isSameAs(broken);
  }

  @Test
  @Rule("B3.5")
  void removingAGeneratorFailsTheLookUpsThatHoldItAndThatQueueForIt() {
    AtomicReference<LookupState> kept = new AtomicReference<>();
    DefinitionGenerator generator =
        main.addGenerator((state, kind, dylib, flags, names) -> kept.set(state.suspend()));
    CompletableFuture<SymbolMap> serving = lookup(main, "a");
    CompletableFuture<SymbolMap> queued = lookup(main, "b");

    main.removeGenerator(generator);

    assertThat(failure(serving)).isInstanceOf(GeneratorRemovedException.class);
    assertThat(failure(queued))
        .isInstanceOf(GeneratorRemovedException.class)
        .hasMessageContaining("Look the symbols up again");
    kept.get().continueLookup();
    assertThat(failure(lookup(main, "a"))).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  @Rule("B3.5")
  void aGeneratorThatRemovesItselfFailsTheLookUp() {
    main.addGenerator(
        new DefinitionGenerator() {
          @Override
          public void tryToGenerate(
              LookupState state,
              LookupKind kind,
              JITDylib dylib,
              JITDylibLookupFlags flags,
              SymbolLookupSet names) {
            dylib.removeGenerator(this);
          }
        });

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .isInstanceOf(GeneratorRemovedException.class);
  }

  @Test
  @Rule("B3.6")
  void aNameThatHasFailedFailsTheLookUpAtOnceWithItsCause() {
    RuntimeException broken = new IllegalStateException("broken");
    main.define(
        TestUnit.of(
            responsibility -> {
              throw broken;
            },
            "a"));
    lookup(main, "a");
    main.addGenerator(generator("never"));

    assertThat(failure(lookup(main, "a", "missing")))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasCause(broken);
    assertThat(asked).isEmpty();
  }

  @Test
  @Rule("B3.7")
  void allMissingNamesAreListedAndWeakOnesAreLeftOut() {
    main.define(TestUnit.of("a"));
    SymbolLookupSet names =
        SymbolLookupSet.builder()
            .require("a")
            .require("x")
            .require("y")
            .weaklyReference("w")
            .build();

    assertThatThrownBy(() -> session.lookup(SearchOrder.of(main, second), names))
        .isInstanceOfSatisfying(
            SymbolsNotFoundException.class,
            error -> assertThat(error.symbols()).containsExactly("x", "y"))
        .hasMessageStartingWith("Symbols not found: [ x, y ]")
        .hasMessageContaining("searched \"main\", \"second\"");
    assertThat(
            session
                .lookup(
                    SearchOrder.of(main),
                    SymbolLookupSet.builder().require("a").weaklyReference("w").build())
                .names())
        .containsExactly("a");
  }

  @Test
  @Rule("B3.8")
  void aLookUpLodgesAtTheFirstVisibleDefinitionOfThatMoment() {
    second.define(AbsoluteSymbols.of(absolute("a")));
    second.addGenerator((state, kind, dylib, flags, names) -> {
      main.define(
          AbsoluteSymbols.of(SymbolMap.of("a", new ExecutorSymbolDef(1, TestUnit.FUNCTION))));
      dylib.define(AbsoluteSymbols.of(absolute("b")));
    });

    SymbolMap found = session.lookup(SearchOrder.of(main, second), SymbolLookupSet.of("a", "b"));

    assertThat(found.address("a")).isEqualTo(1);
  }

  @Test
  @Rule("B3.9")
  void theRegistrarHearsOnceInsideTheLockWhereEachNameWasFound() {
    main.define(TestUnit.of("ready"));
    session.lookup(main, "ready");
    Held held = hold(second, "pending");
    List<Map<JITDylib, Set<String>>> heard = new ArrayList<>();

    CompletableFuture<SymbolMap> found =
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main, second),
            SymbolLookupSet.of("ready", "pending"),
            SymbolState.READY,
            dependences -> {
              assertThat(session.lock().isHeldByCurrentThread()).isTrue();
              heard.add(dependences);
            });

    assertThat(heard).containsExactly(Map.of(main, Set.of("ready"), second, Set.of("pending")));
    assertThat(found).isNotDone();
    TestUnit.emit(held.get());
    assertThat(found).isCompleted();
    assertThat(heard).hasSize(1);
  }

  @Test
  @Rule("B3.9")
  void theRegistrarHearsNothingOfALookUpThatFails() {
    CompletableFuture<SymbolMap> found =
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main),
            SymbolLookupSet.of("missing"),
            SymbolState.READY,
            dependences -> {
              throw new AssertionError("nothing was found");
            });

    assertThat(failure(found)).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  @Rule("B3.10")
  void aWeakReferenceToAFailingSymbolFails() {
    Held held = hold(main, "a");
    CompletableFuture<SymbolMap> found =
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main),
            SymbolLookupSet.weaklyReferenced(List.of("a")),
            SymbolState.READY);
    held.get().failMaterialization(new IllegalStateException("broken"));

    assertThat(failure(found)).isInstanceOf(FailedToMaterializeException.class);
  }

  @Test
  @Rule("B3.11")
  void theKindIsHandedToGeneratorsAndChangesNothingElse() {
    main.define(TestUnit.of("a"));
    main.addGenerator(generator("main's", "b", "c"));

    for (LookupKind kind : LookupKind.values()) {
      String generated = kind == LookupKind.STATIC ? "b" : "c";
      assertThat(
              session.lookup(
                  kind,
                  SearchOrder.of(main),
                  SymbolLookupSet.of("a", generated),
                  SymbolState.READY))
          .isCompleted();
    }
    assertThat(asked).containsExactly("main's STATIC [b]", "main's DLSYM [c]");
  }

  @Test
  @Rule("B3.12")
  void aNameGivenTwiceIsRefused() {
    assertThatThrownBy(() -> SymbolLookupSet.of("a", "b", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a is given twice");
    assertThatThrownBy(
            () -> SymbolLookupSet.of(IntStream.range(0, 100).mapToObj(i -> "n" + i % 99).toList()))
        .hasMessageContaining("n0 is given twice");
  }

  @Test
  @Rule("B3.13")
  void aLookUpOfNothingCompletesAtOnce() {
    assertThat(lookup(main)).isCompletedWithValue(SymbolMap.of());
  }

  @Test
  @Rule("B3.14")
  void aSymbolWithSideEffectsOnlyRunsItsUnitAndIsNotInTheResult() {
    SymbolFlags flags = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.SIDE_EFFECTS_ONLY);
    TestUnit unit = TestUnit.of(flags, "init");
    main.define(unit);

    SymbolMap found =
        session.lookup(SearchOrder.of(main), SymbolLookupSet.weaklyReferenced(List.of("init")));

    assertThat(found.isEmpty()).isTrue();
    assertThat(unit.runs).isEqualTo(1);
    assertThat(main.symbolState("init")).isEqualTo(SymbolState.READY);
    assertThatThrownBy(() -> session.lookup(main, "init"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void flagsAreFoundWithoutStartingUnits() {
    TestUnit unit = TestUnit.weak("a");
    main.define(unit);
    main.addGenerator(generator("main's", "b"));

    Map<String, SymbolFlags> flags =
        session
            .lookupFlags(
                LookupKind.STATIC,
                SearchOrder.of(main),
                SymbolLookupSet.builder().require("a").require("b").weaklyReference("c").build())
            .join();

    assertThat(flags)
        .isEqualTo(Map.of("a", TestUnit.FUNCTION.with(SymbolFlags.WEAK), "b", TestUnit.FUNCTION));
    assertThat(unit.runs).isZero();
  }

  @Test
  void javaFindsSymbolsThroughASymbolLookup() {
    main.define(TestUnit.of("a"));

    assertThat(session.symbolLookup(main).find("a").orElseThrow().address())
        .isEqualTo(TestUnit.addressOf("a"));
    assertThat(session.symbolLookup(main).find("b")).isEmpty();
  }

  @Test
  void aSymbolOfAnUnsearchedDylibIsPointedOut() {
    second.define(TestUnit.of("a"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .hasMessageContaining("a is defined in \"second\", which was not searched");
  }

  @Test
  void aLookUpCannotWaitForLessThanAnAddress() {
    assertThatThrownBy(() -> lookup(SymbolState.MATERIALIZING, main, "a"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
