package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who waits for what, in which unit, on which thread: told while it lasts. */
class StallReportTest extends SessionFixture {
  private void assertTold(String... lines) {
    String report = session.explainStalled();
    assertThat(report.lines()).containsExactly(lines);
    assertThat(session.dump()).endsWith("Waiting look-ups:\n" + report.indent(4));
  }

  private static String me() {
    return Thread.currentThread().getName();
  }

  @Test
  void nothingIsToldWhenNothingWaits() {
    assertThat(session.explainStalled()).isEmpty();
    assertThat(session.dump()).doesNotContain("Waiting look-ups");
  }

  @Test
  void aUnitThatKeepsItsResponsibilityIsNamed() {
    hold(main, "slow");
    lookup(main, "slow");

    assertTold(
        "Look-up of [ slow ] by thread " + me() + " waits for",
        "  slow in \"main\", unit slow, Materializing, on no thread");
  }

  @Test
  void anEmittedSymbolSaysWhatItNeeds() {
    Held user = hold(main, "user");
    hold(main, "needed");
    lookup(main, "user");
    emit(user.get(), main, "needed");

    assertTold(
        "Look-up of [ user ] by thread " + me() + " waits for",
        "  user in \"main\", unit user, Emitted, on no thread",
        "    needs needed in \"main\", unit needed, Materializing, on no thread");
  }

  @Test
  void aChainOfEmittedSymbolsIsFollowedToWhatIsNot() {
    Held first = hold(main, "first");
    Held second = hold(main, "second");
    hold(main, "third");
    lookup(main, "first");
    lookup(SymbolState.RESOLVED, main, "second");
    emit(first.get(), main, "second");
    emit(second.get(), main, "first", "third");

    assertTold(
        "Look-up of [ first ] by thread " + me() + " waits for",
        "  first in \"main\", unit first, Emitted, on no thread",
        "    needs second in \"main\", unit second, Emitted, on no thread",
        "    needs third in \"main\", unit third, Materializing, on no thread");
  }

  @Test
  void aLookUpWhoseTurnHasComeIsToldAsSuch() {
    OneTaskDispatcher dispatcher = new OneTaskDispatcher(1);
    try (ExecutionSession own = build(ExecutionSession.builder().dispatcher(dispatcher))) {
      JITDylib dylib = own.createJITDylib("dylib");
      AtomicReference<LookupState> state = new AtomicReference<>();
      dylib.addGenerator((given, kind, where, flags, names) -> state.set(given.suspend()));
      for (String name : List.of("first", "second")) {
        CompletableFuture<SymbolMap> _ =
            own.lookup(
                LookupKind.STATIC,
                SearchOrder.of(dylib),
                SymbolLookupSet.of(name),
                SymbolState.READY);
      }
      state.get().continueLookup(new IllegalStateException("broken"));

      assertThat(own.explainStalled())
          .contains("  a generator of \"dylib\", until the dispatcher runs its task\n");
    }
  }

  @Test
  void aLookUpOfAUnitNamesTheUnit() {
    hold(main, "slow");
    Held unit = hold(main, "unit");
    lookup(main, "unit");
    CompletableFuture<SymbolMap> _ =
        unit.get()
            .lookup(
                LookupKind.STATIC,
                SearchOrder.of(main),
                SymbolLookupSet.of("slow"),
                SymbolState.RESOLVED,
                null);

    assertTold(
        "Look-up of [ unit ] by thread " + me() + " waits for",
        "  unit in \"main\", unit unit, Materializing, on no thread",
        "Look-up of [ slow ] by unit waits for",
        "  slow in \"main\", unit slow, Materializing, on no thread");
  }

  @Test
  void theThreadThatRunsAUnitIsNamed() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    main.define(
        TestUnit.of(
            responsibility -> {
              running.countDown();
              awaitUninterruptibly(mayEnd);
              TestUnit.emit(responsibility);
            },
            "busy"));
    Thread linker = new Thread(() -> session.lookup(main, "busy"), "linker");
    linker.start();
    running.await();

    assertTold(
        "Look-up of [ busy ] by thread linker waits for",
        "  busy in \"main\", unit busy, Materializing, on thread linker");

    mayEnd.countDown();
    linker.join();
    assertThat(session.explainStalled()).isEmpty();
  }

  @Test
  void generatorsAreNamedWithTheirQueue() {
    AtomicReference<LookupState> state = new AtomicReference<>();
    main.addGenerator((given, kind, dylib, flags, names) -> state.set(given.suspend()));
    CompletableFuture<SymbolMap> first = lookup(main, "first");
    CompletableFuture<SymbolMap> second = lookup(main, "second");

    assertTold(
        "Look-up of [ first ] by thread " + me() + " waits for",
        "  a generator of \"main\", suspended",
        "Look-up of [ second ] by thread " + me() + " waits for",
        "  a generator of \"main\", busy with another look-up, suspended");
    assertThat(List.of(first, second)).noneMatch(CompletableFuture::isDone);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean waiting = true;
    while (waiting) {
      try {
        latch.await();
        waiting = false;
      } catch (InterruptedException ignored) {
        // The test ends the wait.
      }
    }
  }
}
