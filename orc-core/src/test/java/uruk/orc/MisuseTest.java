package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong arguments are refused with an error that says why, and leave the session as it was. */
class MisuseTest extends SessionFixture {
  private static final SymbolFlags FAILED = TestUnit.FUNCTION.with(SymbolFlags.HAS_ERROR);

  private final ExecutionSession foreign = build(ExecutionSession.builder());
  private final JITDylib stranger = foreign.createBareJITDylib("main");

  private void assertUnchanged() {
    assertThat(main.symbols("")).isEmpty();
    main.define(TestUnit.of("a"));
    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NEVER_SEARCHED", "MATERIALIZING"})
  void aLookUpForLessThanAnAddressIsRefusedThoughTheSymbolIsThere(String state) {
    main.define(TestUnit.of("a"));

    assertThatThrownBy(() -> lookup(SymbolState.valueOf(state), main, "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not for " + state);
  }

  @Test
  void aSymbolCannotBeDeclaredFailed() {
    assertThatThrownBy(() -> main.define(TestUnit.of(FAILED, "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a of a");
    assertThatThrownBy(() ->
            main.define(AbsoluteSymbols.of(SymbolMap.of("a", new ExecutorSymbolDef(1, FAILED)))))
        .isInstanceOf(IllegalArgumentException.class);
    assertUnchanged();
  }

  @Test
  void aSymbolCannotBeClaimedOrRedefinedAsFailed() {
    Held held = hold(main, "held");
    lookup(main, "held");
    ResourceTracker tracker = main.createResourceTracker();

    assertThatThrownBy(() -> held.get().defineMaterializing(Map.of("a", FAILED)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            new Redefinition(
                tracker,
                "change",
                SymbolMap.of("a", new ExecutorSymbolDef(1, FAILED)),
                List.of(),
                Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(main.symbolState("a")).isNull();
  }

  @Test
  void aMapThatHoldsANameTwiceUncheckedDefinesItOnce() {
    SymbolMap twice =
        SymbolMap.builder()
            .put("a", 1, TestUnit.FUNCTION)
            .put("b", 2, TestUnit.FUNCTION)
            .put("a", 3, TestUnit.FUNCTION)
            .buildUnique();

    ResourceTracker tracker = main.createResourceTracker();
    main.define(AbsoluteSymbols.of(twice), tracker);

    assertThat(session.lookup(main, "a").address()).isIn(1L, 3L);
    assertThat(session.lookup(main, "b").address()).isEqualTo(2);
    tracker.remove();
    assertUnchanged();
  }

  @Test
  void aSymbolWithSideEffectsOnlyHasNoAddress() {
    SymbolFlags init = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.SIDE_EFFECTS_ONLY);
    Held held = new Held();
    main.define(new TestUnit("unit", TestUnit.flags(init, "init"), held));
    var _ =
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(main),
            SymbolLookupSet.weaklyReferenced(List.of("init")),
            SymbolState.READY);

    assertThatThrownBy(
            () -> held.get().notifyResolved(SymbolMap.of("init", new ExecutorSymbolDef(1, init))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("side effects only");
  }

  @Test
  void aTimeOutBeforeNowIsOver() {
    hold(main, "a");

    assertThatThrownBy(() ->
            session.lookup(
                SearchOrder.of(main),
                SymbolLookupSet.of("a"),
                SymbolState.READY,
                Duration.ofSeconds(Long.MIN_VALUE)))
        .isInstanceOf(LookupTimeoutException.class);
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  static Stream<ThrowingCallable> nulls() {
    ExecutionSession session = ExecutionSession.create();
    JITDylib main = session.createBareJITDylib("main");
    MaterializationResponsibility[] held = new MaterializationResponsibility[1];
    main.define(TestUnit.of(given -> held[0] = given, "held"));
    var _ =
        session.lookup(
            LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of("held"), SymbolState.READY);
    return Stream.of(
        () -> session.createBareJITDylib(null),
        () -> main.createAside(null),
        () -> session.registerResourceManager(null),
        () -> session.addListener(null),
        () -> main.addGenerator(null),
        () -> main.define(null),
        () -> main.remove(null),
        () -> main.addToLinkOrder((JITDylib) null),
        () -> main.addToLinkOrder(main, null),
        () -> main.setLinkOrder(null),
        () -> session.dispatch(null),
        () -> session.redefine(null),
        () -> session.redefine(Arrays.asList((Redefinition) null)),
        () -> session.removeJITDylibs(Arrays.asList(main, null)),
        () ->
            session.lookup(
                null, SearchOrder.of(main), SymbolLookupSet.of("held"), SymbolState.READY),
        () -> session.lookup(LookupKind.STATIC, null, SymbolLookupSet.of("x"), SymbolState.READY),
        () -> session.lookup(LookupKind.STATIC, SearchOrder.of(main), null, SymbolState.READY),
        () -> session.lookup(main, null),
        () -> SymbolLookupSet.of((String) null),
        () -> SymbolLookupSet.of(Arrays.asList("a", null)),
        () -> SymbolMap.builder().put(null, 1, TestUnit.FUNCTION),
        () -> SymbolMap.of("a", null),
        () -> new Redefinition(null, "unit", SymbolMap.of(), List.of(), Set.of()),
        () -> new Alias(null, TestUnit.FUNCTION),
        () -> new Alias("a", null),
        () -> held[0].notifyResolved(null),
        () -> held[0].notifyEmitted(null),
        () -> held[0].defineMaterializing(null),
        () -> held[0].delegate(null),
        () -> held[0].delegate(Arrays.asList("held", null)),
        () -> held[0].replace(null),
        () -> held[0].withResourceKey(null),
        () -> main.createResourceTracker().transferTo(null),
        () -> main.createResourceTracker().remove(null),
        () -> ExecutionSession.builder().dispatcher(null),
        () -> ExecutionSession.builder().errorReporter(null),
        () -> ExecutionSession.builder().platform(null));
  }

  @ParameterizedTest
  @MethodSource("nulls")
  void nothingTakesNull(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
  }

  private void assertForeign(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another session");
  }

  @Test
  void whatBelongsToAnotherSessionIsRefused() {
    stranger.define(TestUnit.of("a"));
    foreign.lookup(stranger, "a");
    ResourceTracker theirs = stranger.createResourceTracker();
    Redefinition redefinition =
        new Redefinition(theirs, "change", SymbolMap.of(), List.of(), Set.of());

    assertForeign(() -> SearchOrder.of(main, stranger));
    assertForeign(() -> session.lookup(stranger, "a"));
    assertForeign(() -> session.lookup(SearchOrder.of(stranger), "a"));
    assertForeign(() -> session.lookup(SearchOrder.of(stranger), SymbolLookupSet.of("a")));
    assertForeign(() ->
        session.lookup(
            LookupKind.STATIC,
            SearchOrder.of(stranger),
            SymbolLookupSet.of("a"),
            SymbolState.READY));
    assertForeign(() ->
        session.lookupFlags(LookupKind.STATIC, SearchOrder.of(stranger), SymbolLookupSet.of("a")));
    assertForeign(() -> session.symbolLookup(stranger));
    assertForeign(() -> main.addToLinkOrder(stranger));
    assertForeign(() -> main.setLinkOrder(SearchOrder.of(stranger)));
    assertForeign(() -> main.setLinkOrder(SearchOrder.of(stranger), false));
    assertForeign(
        () -> main.replaceInLinkOrder(main, stranger, JITDylibLookupFlags.MATCH_ALL_SYMBOLS));
    assertForeign(() -> JITDylib.depthFirstLinkOrder(List.of(main, stranger)));
    assertForeign(() -> main.define(TestUnit.of("b"), theirs));
    assertForeign(() -> main.createResourceTracker().transferTo(theirs));
    assertForeign(() -> session.usersOf(stranger, "a"));
    assertForeign(() -> session.dependenciesOf(stranger, "a"));
    assertForeign(() -> session.usersOfUnit(stranger, "a"));
    assertForeign(() -> session.dependenciesOfUnit(stranger, "a"));
    assertForeign(() -> session.usersOf(theirs));
    assertForeign(() -> session.dependenciesOf(theirs));
    assertForeign(() -> session.dependenceGroups(stranger, List.of("a")));
    assertForeign(() -> session.redefine(List.of(redefinition)));
    assertThat(main.linkOrder())
        .isEqualTo(SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, main));
  }

  @Test
  void aSymbolCannotDependOnOneOfAnotherSession() {
    stranger.define(TestUnit.of("theirs"));
    Held held = hold(main, "a");
    lookup(main, "a");
    TestUnit.resolve(held.get());

    assertForeign(() -> held.get().notifyEmitted(List.of(group("a", stranger, "theirs"))));

    held.get().notifyEmitted(List.of());
    assertThat(main.symbolState("a")).isEqualTo(SymbolState.READY);
  }

  @Test
  void aUnitMayBlockInALookUpOfAnotherSession() {
    stranger.define(TestUnit.of("theirs"));
    Definition[] asking = new Definition[1];
    stranger.addGenerator((state, kind, dylib, flags, names) ->
        asking[0] = GeneratorTurn.runningOperation().request().onBehalfOf());
    main.define(
        TestUnit.of(
            responsibility -> {
              foreign.lookup(
                  SearchOrder.of(stranger), SymbolLookupSet.weaklyReferenced(List.of("none")));
              foreign.lookup(stranger, "theirs");
              TestUnit.emit(responsibility);
            },
            "a"));

    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    assertThat(asking[0]).isNull();
  }
}
