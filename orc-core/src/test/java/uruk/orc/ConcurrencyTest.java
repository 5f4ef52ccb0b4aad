package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that race without any order; every outcome must be one that some order explains. */
class ConcurrencyTest {
  private static final int RACES = 1_000;
  private static final int LONG_RACES = 200_000;

  private interface Action {
    void run() throws Exception;
  }

  /**
   * Runs the actions at the same moment; an {@link OrcException} is an outcome, anything else a
   * failure.
   */
  private static List<Throwable> race(Action... actions) throws Exception {
    CyclicBarrier start = new CyclicBarrier(actions.length);
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (Action action : actions) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start.await();
                  action.run();
                } catch (BrokenBarrierException | RuntimeException | Error failure) {
                  thrown.add(failure);
                } catch (Exception failure) {
                  thrown.add(new AssertionError(failure));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(thrown).allSatisfy(each -> assertThat(each).isInstanceOf(OrcException.class));
    return List.copyOf(thrown);
  }

  private static ExecutionSession quiet() {
    return ExecutionSession.builder().errorReporter(error -> {}).build();
  }

  private static CompletableFuture<SymbolMap> ready(JITDylib dylib, String... names) {
    return dylib
        .session()
        .lookup(
            LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of(names), SymbolState.READY);
  }

  @Test
  void removalAgainstEmissionEndsInOneOfTheTwo() throws Exception {
    removalAgainstEmission(RACES);
  }

  @Test
  @Tag("long")
  void removalAgainstEmissionEndsInOneOfTheTwoForLong() throws Exception {
    removalAgainstEmission(LONG_RACES);
  }

  private static void removalAgainstEmission(int races) throws Exception {
    try (ExecutionSession session = quiet()) {
      JITDylib main = session.createJITDylib("main");
      for (int race = 0; race < races; race++) {
        ResourceTracker tracker = main.createResourceTracker();
        SessionFixture.Held unit = new SessionFixture.Held();
        main.define(TestUnit.of(unit, "a", "b"), tracker);
        AtomicInteger completions = new AtomicInteger();
        CompletableFuture<SymbolMap> found = ready(main, "a");
        CompletableFuture<Integer> counted =
            found.handle((symbols, failure) -> completions.incrementAndGet());
        List<Throwable> thrown = race(() -> TestUnit.emit(unit.get()), () -> tracker.remove());

        assertThat(counted.join()).isEqualTo(1);
        assertThat(thrown)
            .allSatisfy(
                each -> assertThat(each).isInstanceOf(ResourceTrackerDefunctException.class));
        assertThat(found.state() == Future.State.FAILED).isEqualTo(!thrown.isEmpty());
        assertThat(main.symbols("")).isEmpty();
      }
    }
  }

  @Test
  void aTransferAgainstEmissionLosesNothing() throws Exception {
    transferAgainstEmission(RACES);
  }

  @Test
  @Tag("long")
  void aTransferAgainstEmissionLosesNothingForLong() throws Exception {
    transferAgainstEmission(LONG_RACES);
  }

  private static void transferAgainstEmission(int races) throws Exception {
    try (ExecutionSession session = quiet()) {
      JITDylib main = session.createJITDylib("main");
      for (int race = 0; race < races; race++) {
        ResourceTracker source = main.createResourceTracker();
        ResourceTracker destination = main.createResourceTracker();
        SessionFixture.Held unit = new SessionFixture.Held();
        main.define(TestUnit.of(unit, "a"), source);
        CompletableFuture<SymbolMap> found = ready(main, "a");
        List<Throwable> thrown =
            race(() -> TestUnit.emit(unit.get()), () -> source.transferTo(destination));

        assertThat(thrown).isEmpty();
        assertThat(found).isCompleted();
        destination.remove();
        assertThat(main.symbols("")).isEmpty();
      }
    }
  }

  @Test
  void cancellationAgainstCompletionEndsInOneOfTheTwo() throws Exception {
    cancellationAgainstCompletion(RACES);
  }

  @Test
  @Tag("long")
  void cancellationAgainstCompletionEndsInOneOfTheTwoForLong() throws Exception {
    cancellationAgainstCompletion(LONG_RACES);
  }

  private static void cancellationAgainstCompletion(int races) throws Exception {
    try (ExecutionSession session = quiet()) {
      JITDylib main = session.createJITDylib("main");
      for (int race = 0; race < races; race++) {
        ResourceTracker tracker = main.createResourceTracker();
        SessionFixture.Held unit = new SessionFixture.Held();
        main.define(TestUnit.of(unit, "a"), tracker);
        CompletableFuture<SymbolMap> cancelled = ready(main, "a");
        CompletableFuture<SymbolMap> kept = ready(main, "a");
        List<Throwable> thrown =
            race(() -> TestUnit.emit(unit.get()), () -> cancelled.cancel(false));

        assertThat(thrown).isEmpty();
        assertThat(kept).isCompleted();
        assertThat(cancelled.isDone()).isTrue();
        assertThat(session.lookups().inFlight()).isEmpty();
        tracker.remove();
      }
    }
  }

  /** Few symbols go into the table one by one, many fill it at once. */
  @ParameterizedTest
  @ValueSource(ints = {2, 64})
  void readersNeverSeeHalfASymbol(int symbols) throws Exception {
    String[] names = IntStream.range(0, symbols).mapToObj(at -> "n" + at).toArray(String[]::new);
    try (ExecutionSession session = quiet()) {
      JITDylib main = session.createJITDylib("main");
      int rounds = 2_000;
      Action reader =
          () -> {
            SearchOrder order = SearchOrder.of(main);
            for (int round = 0; round < rounds; round++) {
              SymbolMap found =
                  session.lookup(order, SymbolLookupSet.weaklyReferenced(List.of(names)));
              found.forEach((name, symbol) ->
                  assertThat(symbol.address()).isEqualTo(TestUnit.addressOf(name)));
            }
          };
      Action writer =
          () -> {
            for (int round = 0; round < rounds; round++) {
              ResourceTracker tracker = main.createResourceTracker();
              main.define(AbsoluteSymbols.of(SessionFixture.absolute(names)), tracker);
              ready(main, names).join();
              tracker.remove();
            }
          };

      List<Throwable> thrown = race(reader, reader, writer);

      assertThat(thrown)
          .allSatisfy(each -> assertThat(each).isInstanceOf(FailedToMaterializeException.class));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyLookUpOfABusySessionCompletesOnce(long seed) throws Exception {
    busySession(seed, 400);
  }

  @Test
  @Tag("long")
  void everyLookUpOfABusySessionCompletesOnceForLong() throws Exception {
    for (long seed = 100; seed < 1_000; seed++) {
      busySession(seed, 2_000);
    }
  }

  /**
   * Four threads define, look up, remove and transfer units that link themselves on virtual
   * threads.
   */
  private static void busySession(long seed, int steps) throws Exception {
    ExecutionSession session =
        ExecutionSession.builder()
            .errorReporter(error -> {})
            .dispatcher(seed % 2 == 0 ? TaskDispatcher.virtualThreads(3) : TaskDispatcher.inPlace())
            .build();
    JITDylib main = session.createJITDylib("main");
    Queue<CompletableFuture<SymbolMap>> lookups = new ConcurrentLinkedQueue<>();
    AtomicInteger completions = new AtomicInteger();
    Action[] threads =
        IntStream.range(0, 4)
            .mapToObj(at ->
                (Action) () -> act(new Random(seed * 10 + at), steps, main, lookups, completions))
            .toArray(Action[]::new);
    assertThat(race(threads)).isEmpty();

    for (CompletableFuture<SymbolMap> found : lookups) {
      Throwable failure = SessionFixture.await(found.handle((symbols, thrown) -> thrown));
      assertThat(failure == null || failure instanceof OrcException).isTrue();
    }
    checkReadiness(main);
    session.close();
    assertThat(completions.get()).isEqualTo(lookups.size());
    assertThat(session.lookups().inFlight()).isEmpty();
    assertThat(main.symbols("")).isEmpty();
  }

  private static void act(
      Random random,
      int steps,
      JITDylib main,
      Queue<CompletableFuture<SymbolMap>> lookups,
      AtomicInteger completions) {
    ResourceTracker tracker = main.createResourceTracker();
    for (int step = 0; step < steps; step++) {
      String name = "s" + random.nextInt(30);
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> define(random, main, name, tracker);
        case 3, 4, 5 -> {
          CompletableFuture<SymbolMap> found = ready(main, name);
          CompletableFuture<Integer> _ =
              found.handle((symbols, failure) -> completions.incrementAndGet());
          lookups.add(found);
        }
        case 6 -> {
          ResourceTracker next = main.createResourceTracker();
          tracker.transferTo(next);
          tracker = next;
        }
        default -> {
          tracker.remove();
          tracker = main.createResourceTracker();
        }
      }
    }
  }

  private static void define(Random random, JITDylib main, String name, ResourceTracker tracker) {
    String needed = "s" + random.nextInt(30);
    boolean fails = random.nextInt(10) == 0;
    TestUnit unit =
        TestUnit.of(responsibility -> link(responsibility, main, name, needed, fails), name);
    try {
      main.define(unit, tracker);
    } catch (DuplicateDefinitionException expected) {
      // Somebody else was first.
    }
  }

  private static void link(
      MaterializationResponsibility responsibility,
      JITDylib main,
      String name,
      String needed,
      boolean fails) {
    try {
      TestUnit.resolve(responsibility);
    } catch (ResourceTrackerDefunctException | IllegalArgumentException removed) {
      responsibility.failMaterialization(removed);
      return;
    }
    CompletableFuture<SymbolMap> _ =
        responsibility
            .lookup(
                LookupKind.STATIC,
                SearchOrder.of(main),
                SymbolLookupSet.weaklyReferenced(List.of(needed)),
                SymbolState.RESOLVED,
                null)
            .whenComplete((found, failure) -> {
              try {
                if (failure != null || fails) {
                  throw new IllegalStateException("broken", failure);
                }
                Set<String> needs = found.isEmpty() ? Set.of() : Set.of(needed);
                responsibility.notifyEmitted(
                    List.of(new SymbolDependenceGroup(Set.of(name), Map.of(main, needs))));
              } catch (RuntimeException broken) {
                responsibility.failMaterialization(broken);
              }
            });
  }

  /** Nothing that is ready needs something that is there and is not. */
  private static void checkReadiness(JITDylib main) {
    for (SymbolEntry entry : main.table().entries().toList()) {
      DependenceNode node = entry.node;
      if (entry.state() == SymbolState.READY && node != null) {
        assertThat(node.dependencies())
            .allSatisfy(needed ->
                assertThat(needed.isRemoved() || needed.state() == SymbolState.READY).isTrue());
      }
    }
  }
}
