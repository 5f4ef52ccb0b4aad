package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Look-ups that could never return are errors. */
class DeadlockTest extends SessionFixture {
  @Test
  @Rule("B8.6")
  void aGeneratorThatBlocksOnItsOwnDylibGetsAnError() {
    main.addGenerator((state, kind, dylib, flags, names) -> session.lookup(dylib, "undefined"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .isInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining("the look-up of [ undefined ]");
  }

  @Test
  @Rule("B8.6")
  void aGeneratorThatSuspendsUntilItsOwnDylibAnswersGetsAnError() {
    main.addGenerator((state, kind, dylib, flags, names) -> {
      CompletableFuture<SymbolMap> own = lookup(dylib, "undefined");
      LookupState suspended = state.suspend();
      own.whenComplete((found, failure) -> suspended.continueLookup(failure));
    });

    assertThat(failure(lookup(main, "a")))
        .isInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining("waits for a generator of \"main\"");
  }

  @Test
  @Rule("B8.6")
  void aGeneratorThatSuspendsUntilTheUnitThatAsksIsReadyGetsAnError() {
    JITDylib library = session.createBareJITDylib("library");
    library.addGenerator((state, kind, dylib, flags, names) -> {
      LookupState suspended = state.suspend();
      lookup(main, "a")
          .whenComplete((found, failure) -> {
            if (failure == null) {
              suspended.continueLookup();
            } else {
              suspended.continueLookup(failure);
            }
          });
    });
    main.define(TestUnit.waiting(library, "a", "undefined", SymbolState.READY, TestUnit::emit));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .hasCauseInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining("unit a, which waits for the look-up of [ undefined ]");
  }

  @Test
  @Rule("B8.6")
  void aGeneratorMayLookUpWhatItsDylibDefines() {
    main.define(TestUnit.of("defined"));
    main.addGenerator((state, kind, dylib, flags, names) -> {
      session.lookup(dylib, "defined");
      dylib.define(AbsoluteSymbols.of(absolute("a")));
    });

    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
  }

  @Test
  @Rule("B8.7")
  void aliasesThatStandForEachOtherAreAnError() {
    assertThatThrownBy(() -> ReExports.aliases(Map.of("a", alias("b"), "b", alias("a"))))
        .isInstanceOf(AliasCycleException.class);
    assertThatThrownBy(() -> ReExports.aliases(Map.of("a", alias("a"))))
        .isInstanceOf(AliasCycleException.class);

    JITDylib other = session.createBareJITDylib("other");
    main.define(
        ReExports.of(other, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, Map.of("a", alias("b"))));
    other.define(
        ReExports.of(main, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, Map.of("b", alias("a"))));
    assertThat(failure(lookup(main, "a")))
        .isInstanceOf(FailedToMaterializeException.class)
        .cause()
        .isInstanceOf(AliasCycleException.class)
        .hasMessageContaining("a in \"main\"")
        .hasMessageContaining("b in \"other\"");
  }

  private static Alias alias(String aliasee) {
    return new Alias(aliasee, TestUnit.FUNCTION);
  }

  @Test
  @Rule("B8.10")
  void aUnitThatBlocksOnItselfGetsAnError() {
    main.define(blocking(session, main, "a", "a"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .hasCauseInstanceOf(LookupDeadlockException.class)
        .hasMessageContaining(
            "symbol a, which waits for unit a, which waits for the look-up of [ a ]");
  }

  @Test
  @Rule("B8.10")
  void threadsThatBlockOnEachOthersUnitsGetAnError() {
    try (ExecutionSession own =
        build(ExecutionSession.builder().dispatcher(TaskDispatcher.virtualThreads()))) {
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.define(blocking(own, dylib, "a", "b"));
      dylib.define(blocking(own, dylib, "b", "c"));
      dylib.define(blocking(own, dylib, "c", "a"));

      assertThatThrownBy(() ->
              own.lookup(
                  SearchOrder.of(dylib),
                  SymbolLookupSet.of("a"),
                  SymbolState.READY,
                  Duration.ofSeconds(30)))
          .isInstanceOf(FailedToMaterializeException.class)
          .hasRootCauseInstanceOf(LookupDeadlockException.class);
    }
  }

  @Test
  @Rule("B8.10")
  void aRequestMadeAfterTheBlockIsNoticed() {
    Held other = hold(main, "b");
    main.define(
        TestUnit.of(
            responsibility -> {
              session.dispatch(
                  new NamedTask(
                      "b asks for a",
                      () ->
                          other
                              .get()
                              .lookup(
                                  LookupKind.STATIC,
                                  SearchOrder.of(main),
                                  SymbolLookupSet.of("a"),
                                  SymbolState.READY,
                                  null)));
              session.lookup(main, "b");
            },
            "a"));

    assertThatThrownBy(() -> session.lookup(main, "a"))
        .hasCauseInstanceOf(LookupDeadlockException.class);
  }

  @Test
  @Rule("B8.10")
  void aRequestThatQueuesForABlockedGeneratorIsNoticed() {
    JITDylib second = session.createBareJITDylib("second");
    Held unit = hold(second, "needed");
    lookup(second, "needed");
    List<Throwable> thrown = new ArrayList<>();
    boolean[] asked = new boolean[1];
    main.addGenerator((state, kind, dylib, flags, names) -> {
      if (asked[0]) {
        return;
      }
      asked[0] = true;
      session.dispatch(
          new NamedTask(
              "the unit asks for what the generator defines",
              () ->
                  unit.get()
                      .lookup(
                          LookupKind.STATIC,
                          SearchOrder.of(main),
                          SymbolLookupSet.of("b"),
                          SymbolState.READY,
                          null)));
      session.lookup(
          SearchOrder.of(second),
          SymbolLookupSet.of("needed"),
          SymbolState.READY,
          Duration.ofSeconds(10));
    });

    session.dispatch(
        new NamedTask("asks", () -> thrown.add(catchThrowable(() -> session.lookup(main, "a")))));

    assertThat(thrown).singleElement().isInstanceOf(LookupDeadlockException.class);
  }
}
