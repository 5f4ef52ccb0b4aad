package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RemovalTest extends SessionFixture {
  private final ResourceTracker tracker = main.createResourceTracker();
  private final List<String> calls = new ArrayList<>();

  /** A resource manager that notes what it is asked, and may fail. */
  private final class Manager implements ResourceManager {
    private final String name;
    private final boolean fails;

    private Manager(String name, boolean fails) {
      this.name = name;
      this.fails = fails;
      session.registerResourceManager(this);
    }

    @Override
    public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
      calls.add(name + " removes");
      assertThat(session.lock().isHeldByCurrentThread()).isFalse();
      if (fails) {
        throw new IllegalStateException(name + " is broken");
      }
    }

    @Override
    public void handleTransferResources(
        JITDylib dylib, ResourceKey destination, ResourceKey source) {
      calls.add(name + " transfers " + source + " to " + destination);
      assertThat(session.lock().isHeldByCurrentThread()).isTrue();
    }
  }

  @Test
  @Rule("B6.1")
  void namesLeaveThenManagersFreeThenLookUpsFail() {
    hold(tracker, "a");
    lookup(main, "a")
        .whenComplete((found, failure) -> calls.add(failure.getClass().getSimpleName()));
    var first = new Manager("first", false);
    session.registerResourceManager(
        new ResourceManager() {
          @Override
          public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
            calls.add("names left: " + main.symbols("").keySet());
          }

          @Override
          public void handleTransferResources(
              JITDylib dylib, ResourceKey destination, ResourceKey source) {}
        });
    tracker.remove();

    assertThat(calls)
        .containsExactly("names left: []", first.name + " removes", "FailedToMaterializeException");
  }

  @Test
  @Rule("B6.2")
  void removingAgainFindsNothingAndAsksTheManagersAgain() {
    main.define(TestUnit.of("a"), tracker);
    new Manager("manager", false);
    tracker.remove();
    tracker.remove();

    assertThat(calls).containsExactly("manager removes", "manager removes");
    tracker.close();
    assertThat(calls).hasSize(2);
  }

  @Test
  @Rule("B6.3")
  void everyStepOfAResponsibilityWithoutTrackerIsDefunct() {
    Held unit = hold(tracker, "a", "b");
    lookup(main, "a");
    tracker.remove();
    MaterializationResponsibility responsibility = unit.get();

    List<ThrowingCallable> steps =
        List.of(
            () -> responsibility.notifyResolved(absolute("a", "b")),
            () -> responsibility.notifyEmitted(List.of()),
            () -> responsibility.defineMaterializing(Map.of("c", TestUnit.FUNCTION)),
            () -> responsibility.replace(TestUnit.of("a")),
            () -> responsibility.delegate(List.of("a")),
            () -> responsibility.withResourceKey(key -> {}));
    for (ThrowingCallable step : steps) {
      assertThatThrownBy(step)
          .isInstanceOf(ResourceTrackerDefunctException.class)
          .hasMessageContaining("tracker 1 of \"main\"");
    }
    assertThatCode(() -> responsibility.failMaterialization(new IllegalStateException()))
        .doesNotThrowAnyException();
    assertThat(responsibility.tracker().isDefunct()).isTrue();
    assertThat(reported).isEmpty();
  }

  @Test
  @Rule("B6.4")
  void removalIsUnconditionalUnlessAPolicySaysOtherwise() {
    ResourceTracker program = main.createResourceTracker();
    ResourceTracker shell = main.createResourceTracker();
    main.define(TestUnit.of("lib"), tracker);
    session.lookup(main, "lib");
    needing(program, "app", "lib");
    needing(shell, "run", "app");

    assertThatThrownBy(() -> tracker.remove(RemovalPolicy.REFUSE))
        .isInstanceOfSatisfying(
            SymbolsInUseException.class,
            error -> assertThat(error.users()).containsExactly(new SymbolInstance(main, "app")))
        .hasMessageContaining("app in \"main\"")
        .hasMessageContaining("Remove the users first");
    assertThat(main.symbols("")).containsOnlyKeys("app", "lib", "run");
    tracker.remove();
    assertThat(main.symbols("")).containsOnlyKeys("app", "run");
    assertThat(session.lookup(main, "run").address()).isEqualTo(TestUnit.addressOf("run"));
  }

  @Test
  @Rule("B6.4")
  void cascadeRemovesTheTrackersOfUsersTooUsersFirst() {
    ResourceTracker program = main.createResourceTracker();
    ResourceTracker shell = main.createResourceTracker();
    main.define(TestUnit.of("lib"), tracker);
    main.define(TestUnit.of("other"));
    session.lookup(main, "lib");
    needing(shell, "late", "lib");
    needing(program, "app", "lib");
    ResourceTracker top = main.createResourceTracker();
    needing(top, "run", "app", "late");
    List<ResourceKey> removed = new ArrayList<>();
    session.registerResourceManager(
        new ResourceManager() {
          @Override
          public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
            removed.add(key);
          }

          @Override
          public void handleTransferResources(
              JITDylib dylib, ResourceKey destination, ResourceKey source) {}
        });
    tracker.remove(RemovalPolicy.CASCADE);

    assertThat(main.symbols("")).containsOnlyKeys("other");
    assertThat(removed)
        .containsExactlyInAnyOrder(top.key(), program.key(), shell.key(), tracker.key())
        .startsWith(top.key())
        .endsWith(tracker.key());
  }

  private void needing(ResourceTracker owner, String name, String... needed) {
    main.define(TestUnit.of(responsibility -> emit(responsibility, main, needed), name), owner);
    session.lookup(main, name);
  }

  @Test
  @Rule("B6.5")
  void allManagersAreAskedWhoeverFails() {
    new Manager("first", true);
    new Manager("second", false);
    new Manager("third", true);
    main.define(TestUnit.of("a"), tracker);

    assertThatThrownBy(tracker::remove)
        .isInstanceOf(ResourceRemovalException.class)
        .hasMessageContaining("failed 2 times: third is broken")
        .satisfies(error ->
            assertThat(error.getSuppressed())
                .singleElement()
                .satisfies(other -> assertThat(other).hasMessage("first is broken")));
    assertThat(calls).containsExactly("third removes", "second removes", "first removes");
    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  @Rule("B6.6")
  void nothingCanBeAttachedOnceTheNamesAreGone() {
    tracker.remove();

    assertThatThrownBy(() -> main.define(TestUnit.of("a"), tracker))
        .isInstanceOf(ResourceTrackerDefunctException.class)
        .hasMessageContaining("was removed or transferred");
  }

  @Test
  @Rule("B6.7")
  void aTransferMovesUnitsWorkUnderWayAndResources() {
    ResourceTracker destination = main.createResourceTracker();
    new Manager("manager", false);
    TestUnit lazy = TestUnit.of("lazy");
    main.define(lazy, tracker);
    Held unit = hold(tracker, "a");
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    tracker.transferTo(tracker);
    assertThat(tracker.isDefunct()).isFalse();
    assertThat(calls).isEmpty();

    tracker.transferTo(destination);

    assertThat(calls)
        .containsExactly("manager transfers tracker 1 of \"main\" to tracker 2 of \"main\"");
    assertThat(tracker.isDefunct()).isTrue();
    assertThat(unit.get().tracker()).isSameAs(destination);
    List<ResourceKey> keys = new ArrayList<>();
    unit.get().withResourceKey(keys::add);
    assertThat(keys).containsExactly(destination.key());
    TestUnit.emit(unit.get());
    assertThat(found).isCompleted();
    assertThatThrownBy(() -> tracker.transferTo(destination))
        .isInstanceOf(ResourceTrackerDefunctException.class);
    destination.remove();
    assertThat(main.symbols("")).isEmpty();
    assertThat(lazy.runs).isZero();
  }

  @Test
  @Rule("B6.7")
  void aTransferToAnotherDylibIsRefused() {
    JITDylib other = session.createBareJITDylib("other");

    assertThatThrownBy(() -> tracker.transferTo(other.defaultResourceTracker()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> other.define(TestUnit.of("a"), tracker))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Rule("B6.8")
  void aDroppedHandleIsReportedAndItsCodeStays() throws Exception {
    CompletableFuture<Throwable> report = new CompletableFuture<>();
    try (ExecutionSession watched =
        ExecutionSession.builder()
            .errorReporter(report::complete)
            .detectUnclosedTrackers(true)
            .build()) {
      JITDylib dylib = watched.createJITDylib("watched");
      dylib.define(TestUnit.of("a"), dylib.createResourceTracker());
      for (int attempt = 0; attempt < 200 && !report.isDone(); attempt++) {
        System.gc();
        report.copy().completeOnTimeout(null, 50, TimeUnit.MILLISECONDS).join();
      }
      assertThat(await(report))
          .hasMessageContaining("was dropped unclosed; its code stays")
          .hasRootCauseMessage("The tracker was created here");
      assertThat(watched.lookup(dylib, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    }
  }

  @Test
  @Rule("B6.9")
  void theDefaultTrackerOwnsWhatHasNoOtherOwner() {
    main.define(TestUnit.of("mine"));
    main.define(TestUnit.of("other"), tracker);
    ResourceTracker first = main.defaultResourceTracker();
    first.remove();

    assertThat(main.symbols("")).containsOnlyKeys("other");
    assertThat(main.defaultResourceTracker()).isNotSameAs(first);
    main.define(TestUnit.of("mine"));
    main.clear();
    assertThat(main.symbols("")).isEmpty();
    assertThat(tracker.isDefunct()).isTrue();
  }

  @Test
  @Rule("B6.10")
  void removalByNameTakesAllOrNone() {
    new Manager("manager", false);
    TestUnit lazy = TestUnit.of("lazy1", "lazy2");
    main.define(lazy);
    main.define(TestUnit.of("ready"));
    session.lookup(main, "ready");
    hold(main, "busy");
    lookup(main, "busy");

    assertThatThrownBy(() -> main.remove(Set.of("lazy1", "busy", "ready")))
        .isInstanceOfSatisfying(
            SymbolsCouldNotBeRemovedException.class,
            error -> assertThat(error.symbols()).containsExactly("busy"))
        .hasMessageContaining("Wait for them, or remove their tracker");
    assertThatThrownBy(() -> main.remove(Set.of("lazy1", "missing")))
        .isInstanceOf(SymbolsNotFoundException.class);
    assertThat(main.symbols("")).containsOnlyKeys("busy", "lazy1", "lazy2", "ready");

    main.remove(Set.of("lazy1", "ready"));
    assertThat(main.symbols("")).containsOnlyKeys("busy", "lazy2");
    assertThat(lazy.discarded).containsExactly("lazy1");
    assertThat(calls).isEmpty();
    assertThat(lookup(main, "lazy2")).isCompleted();
  }

  @ParameterizedTest
  @EnumSource(
      value = SymbolState.class,
      names = {"MATERIALIZING", "RESOLVED", "EMITTED"})
  @Rule("B6.11")
  void removalFailsThoseWhoWaitAtEveryStage(SymbolState stage) {
    Held unit = hold(tracker, "a");
    Held user = hold(main, "user");
    hold(main, "needed");
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    CompletableFuture<SymbolMap> dependant = lookup(main, "user");
    emit(user.get(), main, "a");
    if (stage != SymbolState.MATERIALIZING) {
      TestUnit.resolve(unit.get());
    }
    if (stage == SymbolState.EMITTED) {
      unit.get().notifyEmitted(List.of(group("a", main, "needed")));
    }
    assertThat(main.symbolState("a")).isEqualTo(stage);
    tracker.remove();

    assertThat(failure(found))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasCauseInstanceOf(ResourceTrackerDefunctException.class);
    assertThat(failure(dependant)).isInstanceOf(FailedToMaterializeException.class);
    assertThat(main.symbols("")).containsOnlyKeys("user", "needed");
  }

  @Test
  void delegatedSymbolsAreRemovedWithTheirTracker() {
    Held unit = hold(tracker, "a", "b");
    CompletableFuture<SymbolMap> found = lookup(main, "a", "b");
    MaterializationResponsibility part = unit.get().delegate(List.of("b"));
    assertThat(unit.get().symbols()).containsOnlyKeys("a");
    assertThat(part.symbols()).containsOnlyKeys("b");
    assertThat(part.requestedSymbols()).containsExactly("b");
    TestUnit.emit(unit.get());
    tracker.remove();

    assertThat(failure(found)).isInstanceOf(FailedToMaterializeException.class);
    assertThatThrownBy(() -> TestUnit.emit(part))
        .isInstanceOf(ResourceTrackerDefunctException.class);
  }

  @Test
  void aMillionNamesDefinedAndRemovedLeaveMemoryWhereItWas() {
    defineAndRemove(10, "warm");
    long before = liveHeap();
    defineAndRemove(1000, "round");
    long grown = liveHeap() - before;

    // A million names are some 60 MB, and their symbols as much again.
    assertThat(grown).as("bytes that stay").isLessThan(4_000_000);
    assertThat(main.table().size()).isZero();
    assertThat(main.table().capacity()).isLessThanOrEqualTo(8192);
    assertThat(main.trackers().all()).hasSize(1);
  }

  private void defineAndRemove(int rounds, String prefix) {
    for (int round = 0; round < rounds; round++) {
      try (ResourceTracker cell = main.createResourceTracker()) {
        SymbolMap.Builder symbols = SymbolMap.builder();
        for (int at = 0; at < 1000; at++) {
          symbols.put(prefix + round + "name" + at, at, TestUnit.FUNCTION);
        }
        main.define(AbsoluteSymbols.of(symbols.build()), cell);
        session.lookup(main, prefix + round + "name0");
      }
    }
  }

  /** {@return the bytes in use after full collections} */
  private static long liveHeap() {
    for (int collection = 0; collection < 3; collection++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void usersThatComeAndGoLeaveNothingBehindAtWhatTheyUsed() {
    main.define(TestUnit.of("printf"));
    session.lookup(main, "printf");
    for (int round = 0; round < 10_000; round++) {
      try (ResourceTracker cell = main.createResourceTracker()) {
        needing(cell, "cell" + round, "printf");
      }
    }
    assertThat(session.usersOf(main, "printf").symbols()).isEmpty();
    assertThat(main.table().find("printf").users()).isEmpty();
  }

  @Test
  void symbolsThatWentWithTheirTrackerAreNotKeptByTheArrayThatListedThem() {
    main.define(TestUnit.of("a", "b"), tracker);
    session.lookup(main, "a");
    SymbolEntry[] listed = main.table().find("a").owner.entries();
    assertThat(listed).extracting(SymbolEntry::name).containsExactly("a", "b");

    tracker.remove();

    assertThat(listed).containsOnlyNulls();
  }

  @Test
  void usersThatComeAndGoLeaveNothingBehindAtWhatTheyWaitedFor() {
    Held slow = hold(main, "slow");
    lookup(main, "slow");
    Held middle = hold(main, "middle");
    CompletableFuture<SymbolMap> found = lookup(main, "middle");
    emit(middle.get(), main, "slow");
    for (int round = 0; round < 10_000; round++) {
      try (ResourceTracker cell = main.createResourceTracker()) {
        emitNeeding(cell, "first" + round, "slow");
        emitNeeding(cell, "second" + round, "middle");
      }
    }

    assertThat(main.table().find("slow").users()).hasSize(1);
    assertThat(main.table().find("middle").node.component.waiting().size()).isLessThanOrEqualTo(16);
    TestUnit.emit(slow.get());
    assertThat(found).isCompleted();
  }

  private void emitNeeding(ResourceTracker owner, String name, String needed) {
    Held held = hold(owner, name);
    lookup(main, name);
    emit(held.get(), main, needed);
  }

  @Test
  void manySymbolsLeaveAtOnceAndOthersStay() {
    main.define(TestUnit.of("first", "second"));
    SymbolMap.Builder many = SymbolMap.builder();
    for (int at = 0; at < 1000; at++) {
      many.put("name" + at, at, TestUnit.FUNCTION);
    }
    main.define(AbsoluteSymbols.of(many.build()), tracker);
    session.lookup(main, "name7");

    tracker.remove();

    assertThat(main.symbols("").keySet()).containsExactly("first", "second");
    assertThat(session.lookup(main, "second").flags()).isEqualTo(TestUnit.FUNCTION);
    main.define(TestUnit.of("name7"));
    assertThat(session.lookup(main, "name7").flags()).isEqualTo(TestUnit.FUNCTION);
  }
}
