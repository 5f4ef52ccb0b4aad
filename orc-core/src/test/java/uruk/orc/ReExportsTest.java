package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Aliases and re-exports in their less common forms. */
class ReExportsTest extends SessionFixture {
  private static final SymbolFlags INIT =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.SIDE_EFFECTS_ONLY);

  private final JITDylib library = session.createBareJITDylib("library");

  private CompletableFuture<SymbolMap> lookupWeakly(JITDylib dylib, String name) {
    return session.lookup(
        LookupKind.STATIC,
        SearchOrder.of(dylib),
        SymbolLookupSet.weaklyReferenced(List.of(name)),
        SymbolState.READY);
  }

  private static void reExport(JITDylib from, JITDylib in) {
    in.addGenerator(
        new ReExportGenerator(from, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY, name -> true));
  }

  @Test
  @Rule("B3.14")
  void aSymbolWithSideEffectsOnlyIsReExported() {
    Held held = new Held();
    library.define(new TestUnit("unit", TestUnit.flags(INIT, "init"), held));
    reExport(library, main);

    CompletableFuture<SymbolMap> found = lookupWeakly(main, "init");

    assertThat(found).isNotDone();
    held.get().notifyEmitted(List.of());
    assertThat(found).isCompletedWithValue(SymbolMap.of());
    assertThat(main.symbolState("init")).isEqualTo(SymbolState.READY);
    assertThat(session.usersOf(library, "init").symbols())
        .containsExactly(new SymbolInstance(main, "init"));
  }

  @Test
  void anAliasWithSideEffectsOnlyOfSomethingMissingFails() {
    main.define(ReExports.aliases(Map.of("init", new Alias("missing", INIT))));

    assertThat(failure(lookupWeakly(main, "init")))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasMessageContaining("missing");
  }

  @Test
  @Rule("B8.6")
  void dylibsThatReExportEachOtherDoNotWaitForEachOther() {
    reExport(library, main);
    reExport(main, library);

    assertThat(failure(lookup(main, "missing")))
        .isInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining("waits for a generator of \"main\"");
    assertThat(session.lookups().inFlight()).isEmpty();
    assertThat(main.generatorList().get(0).holder()).isNull();
    assertThat(library.generatorList().get(0).holder()).isNull();
  }

  @Test
  @Rule("B8.6")
  void dylibsThatReExportEachOtherLaterDoNotWaitForEachOther() {
    OneTaskDispatcher dispatcher = new OneTaskDispatcher(1);
    try (ExecutionSession own = build(ExecutionSession.builder().dispatcher(dispatcher))) {
      JITDylib first = own.createBareJITDylib("first");
      JITDylib second = own.createBareJITDylib("second");
      LookupState[] busy = new LookupState[1];
      second.addGenerator((state, kind, dylib, flags, names) -> {
        if (busy[0] == null && names.contains("busy")) {
          busy[0] = state.suspend();
        }
      });
      reExport(second, first);
      reExport(first, second);
      CompletableFuture<SymbolMap> other =
          own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(second),
              SymbolLookupSet.weaklyReferenced(List.of("busy")),
              SymbolState.READY);
      CompletableFuture<SymbolMap> found =
          own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(first),
              SymbolLookupSet.of("missing"),
              SymbolState.READY);
      dispatcher.drain();
      assertThat(found).isNotDone();
      busy[0].continueLookup();
      dispatcher.drain();

      // Whichever came second gives way; the other one then finds nothing.
      assertThat(failure(found)).isInstanceOf(OrcException.class);
      assertThat(other).isDone();
      assertThat(List.of(failure(found), outcome(other)))
          .hasAtLeastOneElementOfType(LookupDeadlockException.class);
      assertThat(own.lookups().inFlight()).isEmpty();
    }
  }

  private static Object outcome(CompletableFuture<SymbolMap> found) {
    return found.isCompletedExceptionally() ? failure(found) : found.join();
  }

  @Test
  void generatorsThatReExportEachOtherTellWhatTheyMayDefine() {
    reExport(library, main);
    reExport(main, library);
    library.define(TestUnit.of("there"));

    assertThat(main.generators().getFirst().mayDefine("there")).isTrue();
    assertThat(main.generators().getFirst().mayDefine("missing")).isFalse();
  }

  @Test
  void aChainOfReExportsThroughDylibsFailsWhenOneOfThemGoes() {
    JITDylib middle = session.createBareJITDylib("middle");
    Held held = hold(library, "f");
    reExport(library, middle);
    reExport(middle, main);
    CompletableFuture<SymbolMap> found = lookup(main, "f");

    session.removeJITDylibs(List.of(middle));

    assertThat(failure(found)).isInstanceOf(FailedToMaterializeException.class);
    TestUnit.emit(held.get());
    assertThat(library.symbolState("f")).isEqualTo(SymbolState.READY);
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @Test
  @Rule("B8.9")
  void cancellingADerivedLookUpWithdrawsIt() {
    hold(main, "a");
    CompletableFuture<ExecutorSymbolDef> symbol = new SymbolInstance(main, "a").lookupAsync();
    main.addGenerator((state, kind, dylib, flags, names) -> state.suspend());
    CompletableFuture<Map<String, Alias>> aliases =
        ReExports.simpleAliasMap(main, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, Set.of("b"));

    assertThat(symbol.cancel(false)).isTrue();
    assertThat(aliases.cancel(false)).isTrue();

    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @Test
  void aDerivedLookUpFailsAsTheLookUpDoes() {
    CompletableFuture<Throwable> ofSymbol =
        new SymbolInstance(main, "a").lookupAsync().handle((found, failure) -> failure);
    CompletableFuture<Throwable> ofFlags =
        session
            .lookupFlags(LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of("a"))
            .handle((found, failure) -> failure);
    CompletableFuture<Throwable> ofAliases =
        ReExports.simpleAliasMap(main, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, Set.of("a"))
            .handle((found, failure) -> failure);

    assertThat(ofSymbol.join()).isInstanceOf(SymbolsNotFoundException.class);
    assertThat(ofFlags.join()).isInstanceOf(SymbolsNotFoundException.class);
    assertThat(ofAliases.join()).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void whatTheSourceOfReExportsThrowsReachesTheLookUpAsItIs() {
    RuntimeException broken = new IllegalStateException("broken");
    library.addGenerator((state, kind, dylib, flags, names) -> {
      throw broken;
    });
    reExport(library, main);

    CompletableFuture<Throwable> seen = lookup(main, "a").handle((found, failure) -> failure);

    assertThat(seen.join()).isSameAs(broken);
  }
}
