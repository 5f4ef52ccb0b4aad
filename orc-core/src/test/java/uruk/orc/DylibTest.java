package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DylibTest extends SessionFixture {
  private static final JITDylibLookupFlags ALL = JITDylibLookupFlags.MATCH_ALL_SYMBOLS;
  private static final JITDylibLookupFlags EXPORTED =
      JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY;

  private final JITDylib a = session.createBareJITDylib("a");
  private final JITDylib b = session.createBareJITDylib("b");
  private final JITDylib c = session.createBareJITDylib("c");

  @Test
  void namesAreUniqueAmongOpenDylibs() {
    assertThat(session.findJITDylib("a")).contains(a);
    assertThat(session.findJITDylib("z")).isEmpty();
    assertThat(session.jitDylibs()).containsExactly(main, a, b, c);
    assertThatThrownBy(() -> session.createJITDylib("a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has a JITDylib \"a\" already");
  }

  @Test
  void aDylibSearchesItselfFirstWithAllItsSymbols() {
    assertThat(a.linkOrder()).isEqualTo(SearchOrder.of(ALL, a));

    a.setLinkOrder(SearchOrder.of(b, c));
    assertThat(a.linkOrder())
        .isEqualTo(SearchOrder.builder().add(a, ALL).add(b, EXPORTED).add(c, EXPORTED).build());
    a.setLinkOrder(SearchOrder.of(b), false);
    assertThat(a.linkOrder()).isEqualTo(SearchOrder.of(b));
  }

  @Test
  void linkOrdersAreEditedAndMissingOnesIgnored() {
    a.addToLinkOrder(b);
    a.addToLinkOrder(b, ALL);
    a.addToLinkOrder(SearchOrder.of(c, b));
    assertThat(a.linkOrder().toString())
        .isEqualTo(
            "[ (\"a\", MatchAllSymbols), (\"b\", MatchExportedSymbolsOnly), (\"c\", MatchExportedSymbolsOnly) ]");

    a.replaceInLinkOrder(b, main, ALL);
    a.replaceInLinkOrder(b, c, ALL);
    a.removeFromLinkOrder(c);
    a.removeFromLinkOrder(b);
    assertThat(a.linkOrder()).isEqualTo(SearchOrder.of(ALL, a, main));
    assertThat(a.<Integer>withLinkOrder(order -> order.entries().size())).isEqualTo(2);
  }

  @Test
  void closuresFollowLinkOrdersDepthFirstOverCircles() {
    a.setLinkOrder(SearchOrder.of(b, c));
    b.setLinkOrder(SearchOrder.of(main, a));
    c.setLinkOrder(SearchOrder.of(main));

    assertThat(a.depthFirstLinkOrder()).containsExactly(a, b, main, c);
    assertThat(a.reverseDepthFirstLinkOrder()).containsExactly(c, main, b, a);
    assertThat(JITDylib.depthFirstLinkOrder(List.of(c, b))).containsExactly(c, main, b, a);
    assertThat(JITDylib.depthFirstLinkOrder(List.of())).isEmpty();
  }

  @Test
  void aMapOfManySymbolsIsDefinedInADylibThatHasNone() {
    SymbolMap many = absolute("many_", 1000);
    a.define(AbsoluteSymbols.of(many));
    b.define(AbsoluteSymbols.of(many));
    c.define(AbsoluteSymbols.of(absolute("more_", 1000)));

    assertThat(session.lookup(SearchOrder.of(main, c, b), "many_999").address()).isEqualTo(999);
    assertThat(a.symbols("")).hasSize(1000);
    assertThatThrownBy(() -> a.define(AbsoluteSymbols.of(many)))
        .isInstanceOf(DuplicateDefinitionException.class);
    a.define(AbsoluteSymbols.of(absolute("more_", 1000)));
    assertThat(session.lookup(a, "more_0").address()).isZero();
    assertThat(session.lookup(a, "many_500").address()).isEqualTo(500);
  }

  @Test
  void aDylibIsFilledAgainAfterItWasEmptied() {
    ResourceTracker tracker = a.createResourceTracker();
    a.define(AbsoluteSymbols.of(absolute("before_", 1000)), tracker);
    session.lookup(a, "before_0");
    tracker.remove();

    a.define(AbsoluteSymbols.of(absolute("after_", 100)));

    assertThat(session.lookup(a, "after_99").address()).isEqualTo(99);
    assertThatThrownBy(() -> session.lookup(a, "before_0"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void namesMadeToCollideAreDefinedInADylibThatHasNone() {
    List<String> names = SymbolTableTest.colliding(9);
    SymbolMap.Builder colliding = SymbolMap.builder(names.size());
    IntStream.range(0, names.size())
        .forEach(at -> colliding.put(names.get(at), at, SymbolFlags.EXPORTED));

    a.define(AbsoluteSymbols.of(colliding.build()));

    assertThat(session.lookup(a, "BB".repeat(9)).address()).isEqualTo((1 << 9) - 1);
    assertThat(a.symbols("")).hasSize(1 << 9);
  }

  @Test
  void aNameThatAMapHoldsTwiceIsDefinedOnce() {
    SymbolMap twice = builder("many_", 20).put("many_0", 0, SymbolFlags.EXPORTED).buildUnique();
    assertThat(twice.contains("many_19")).isTrue(); // makes the index

    a.define(AbsoluteSymbols.of(twice));

    assertThat(session.dump()).containsOnlyOnce("many_0");
    assertThat(session.lookup(a, "many_19").address()).isEqualTo(19);
  }

  private static SymbolMap absolute(String prefix, int count) {
    return builder(prefix, count).build();
  }

  private static SymbolMap.Builder builder(String prefix, int count) {
    SymbolMap.Builder symbols = SymbolMap.builder(count);
    IntStream.range(0, count).forEach(at -> symbols.put(prefix + at, at, SymbolFlags.EXPORTED));
    return symbols;
  }

  @Test
  void aDylibOfAnotherSessionIsNotRemoved() {
    try (ExecutionSession other = ExecutionSession.create()) {
      JITDylib foreign = other.createJITDylib("foreign");

      assertThatThrownBy(() -> session.removeJITDylibs(List.of(a, foreign)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"foreign\" is a JITDylib of another session");

      assertThat(a.state()).isEqualTo(JITDylib.State.OPEN);
      assertThat(foreign.state()).isEqualTo(JITDylib.State.OPEN);
    }
  }

  @Test
  void aChainOfDylibsIsFollowedWithoutRecursion() {
    JITDylib previous = main;
    for (int at = 0; at < 20_000; at++) {
      JITDylib next = session.createBareJITDylib("chain" + at);
      previous.addToLinkOrder(next);
      previous = next;
    }
    assertThat(main.depthFirstLinkOrder()).hasSize(20_001);
  }

  @Test
  void symbolsAreListedByPrefixAsAStableCopy() {
    main.define(TestUnit.of("print_int", "print_string", "read"));
    Map<String, ExecutorSymbolDef> printers = main.symbols("print_");
    main.define(TestUnit.of("print_late"));

    assertThat(printers.keySet()).containsExactly("print_int", "print_string");
    assertThat(main.symbols("print_")).hasSize(3);
  }

  @Test
  void aliasesGetTheAddressOfWhatTheyStandFor() {
    main.define(TestUnit.of("original"));
    main.define(
        ReExports.aliases(
            Map.of(
                "first", new Alias("original", TestUnit.FUNCTION),
                "second", new Alias("first", TestUnit.FUNCTION),
                "unused", new Alias("missing", TestUnit.FUNCTION))));

    assertThat(session.lookup(main, "second").address()).isEqualTo(TestUnit.addressOf("original"));
    assertThat(main.symbolState("unused")).isEqualTo(SymbolState.MATERIALIZING);
    assertThat(session.usersOf(main, "original").symbols())
        .containsExactly(new SymbolInstance(main, "second"));
    assertThat(failure(lookup(main, "unused")))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasCauseInstanceOf(SymbolsNotFoundException.class);
    assertThat(session.lookup(main, "first").address()).isEqualTo(TestUnit.addressOf("original"));
  }

  @Test
  void aChainOfAliasUnitsEndsAtTheDefinition() {
    main.define(TestUnit.of("f0"));
    for (int at = 1; at <= 1_000; at++) {
      main.define(
          ReExports.aliases(Map.of("f" + at, new Alias("f" + (at - 1), TestUnit.FUNCTION))));
    }
    assertThat(session.lookup(main, "f1000").address()).isEqualTo(TestUnit.addressOf("f0"));
  }

  @Test
  void reExportsWaitUntilWhatTheyStandForIsReady() {
    Held original = hold(a, "f");
    Held needed = hold(a, "needed");
    main.define(
        ReExports.of(a, EXPORTED, ReExports.simpleAliasMap(a, EXPORTED, Set.of("f")).join()));
    var found = lookup(main, "f");
    emit(original.get(), a, "needed");

    assertThat(main.symbolState("f")).isEqualTo(SymbolState.EMITTED);
    assertThat(found).isNotDone();
    TestUnit.emit(needed.get());
    assertThat(found).isCompleted();
  }

  @Test
  void anAliasThatOnlyAnEmittedSymbolNeedsIsMade() {
    main.define(TestUnit.of("original"));
    main.define(
        ReExports.aliases(
            Map.of(
                "needed", new Alias("original", TestUnit.FUNCTION),
                "other", new Alias("original", TestUnit.FUNCTION))));
    Held unit = hold(main, "user");
    Held last = hold(main, "last");
    var found = lookup(main, "user");
    emit(unit.get(), main, "last", "needed");
    TestUnit.emit(last.get());

    assertThat(found).isCompleted();
    assertThat(main.symbolState("other")).isEqualTo(SymbolState.MATERIALIZING);
  }

  @Test
  void aReExportGeneratorReExportsWhatItsFilterPasses() {
    a.define(TestUnit.of("public_f", "private_f"));
    main.addGenerator(new ReExportGenerator(a, EXPORTED, name -> name.startsWith("public_")));

    assertThat(session.lookup(main, "public_f").address())
        .isEqualTo(TestUnit.addressOf("public_f"));
    assertThatThrownBy(() -> session.lookup(main, "private_f"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void aSymbolInstanceFindsHiddenSymbolsInItsDylib() {
    a.define(TestUnit.of(SymbolFlags.CALLABLE, "hidden"));
    SymbolInstance hidden = new SymbolInstance(a, "hidden");

    assertThat(hidden.lookup().address()).isEqualTo(TestUnit.addressOf("hidden"));
    assertThat(hidden.lookupAsync().join()).isEqualTo(hidden.lookup());
    assertThat(hidden).hasToString("hidden in \"a\"");
  }

  @Test
  void listenersHearOfDefinitionsReadinessAndRemovalInOrder() {
    List<String> heard = new ArrayList<>();
    SessionListener listener =
        new SessionListener() {
          @Override
          public void symbolsDefined(JITDylib dylib, Set<String> names) {
            heard.add("defined " + names);
          }

          @Override
          public void symbolsReady(JITDylib dylib, Set<String> names) {
            heard.add("ready " + names);
            throw new IllegalStateException("a listener fails");
          }

          @Override
          public void symbolsRemoved(JITDylib dylib, Set<String> names) {
            heard.add("removed " + names);
          }
        };
    session.addListener(listener);
    main.define(TestUnit.of("x", "y"));
    session.lookup(main, "x");
    main.remove(Set.of("x"));
    session.removeListener(listener);
    main.remove(Set.of("y"));

    assertThat(heard).containsExactly("defined [x, y]", "ready [x, y]", "removed [x]");
    assertThat(reported)
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessage("a listener fails"));
  }

  @Test
  void theDumpShowsDylibsSymbolsAndWhoWaits() {
    main.addToLinkOrder(a);
    main.define(AbsoluteSymbols.of(absolute("ready")));
    session.lookup(main, "ready");
    main.define(TestUnit.of(SymbolFlags.EXPORTED, "lazy_data"));
    hold(main, "slow");
    lookup(main, "slow");

    assertThat(session.dump())
        .startsWith(
            """
            JITDylib "main" (State = Open)
            Link order: [ ("main", MatchAllSymbols), ("a", MatchExportedSymbolsOnly) ]
            Symbol table:
                "lazy_data": <not resolved>  [Data] Never-Searched (Materializer lazy_data)
                "ready":     0x%x [Callable] Ready
                "slow":      <not resolved>  [Callable] Materializing
            JITDylib "a" (State = Open)
            """
                .formatted(TestUnit.addressOf("ready")))
        .contains(
            """
            Waiting look-ups:
                Look-up of [ slow ] by thread %s waits for
                  slow in "main", unit slow, Materializing, on no thread
            """
                .formatted(Thread.currentThread().getName()));
  }
}
