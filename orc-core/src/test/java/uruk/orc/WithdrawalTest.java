package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Look-ups that are cancelled, interrupted or out of time; and that no phase waits for another. */
class WithdrawalTest extends SessionFixture {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  @Rule("B8.8")
  void noPhaseWaitsForAnother(long seed) {
    OneTaskDispatcher dispatcher = new OneTaskDispatcher(seed);
    try (ExecutionSession own = build(ExecutionSession.builder().dispatcher(dispatcher))) {
      JITDylib dylib = own.createJITDylib("dylib");
      JITDylib library = own.createJITDylib("library");
      library.addGenerator((state, kind, target, flags, names) -> {
        LookupState suspended = state.suspend();
        own.dispatch(
            new NamedTask(
                "generate",
                () -> {
                  target.define(AbsoluteSymbols.of(absolute(names.names().toArray(new String[0]))));
                  suspended.continueLookup();
                }));
      });
      dylib.addGenerator(
          new ReExportGenerator(
              library, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, name -> name.startsWith("lib")));
      for (int at = 0; at < 20; at++) {
        dylib.define(
            TestUnit.linked(
                emission -> own.dispatch(new NamedTask("emit", emission)),
                dylib,
                "f" + at,
                "f" + (at + 1) % 20,
                "lib" + at));
      }
      CompletableFuture<SymbolMap> found =
          own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("f0", "lib3"),
              SymbolState.READY);
      assertThat(found).isNotDone();
      dispatcher.drain();

      assertThat(found).isCompleted();
      assertThat(dylib.symbolState("f19")).isEqualTo(SymbolState.READY);
    }
  }

  @Test
  @Rule("B8.9")
  void aCancelledLookUpLeavesNothingBehind() {
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> cancelled = lookup(main, "a");
    CompletableFuture<SymbolMap> kept = lookup(main, "a");
    AtomicReference<LookupState> state = new AtomicReference<>();
    main.addGenerator((given, kind, dylib, flags, names) -> state.set(given.suspend()));
    CompletableFuture<SymbolMap> generating = lookup(main, "missing");
    CompletableFuture<SymbolMap> queued = lookup(main, "missing2");
    cancelled.cancel(false);
    queued.cancel(false);
    generating.cancel(false);

    assertThat(session.lookups().inFlight()).hasSize(1);
    assertThat(main.table().find("a").waiters.next).isNull();
    TestUnit.emit(unit.get());
    assertThat(kept).isCompleted();
    assertThat(cancelled).isCancelled();
    state.get().continueLookup();
    assertThat(main.generatorList().get(0).holder()).isNull();
    assertThat(session.explainStalled()).isEmpty();
  }

  @Test
  @Rule("B8.9")
  void anInterruptedLookUpIsWithdrawnAndTheThreadStaysInterrupted() throws InterruptedException {
    hold(main, "a");
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread blocked =
        new Thread(() -> {
          try {
            session.lookup(main, "a");
          } catch (LookupInterruptedException expected) {
            interrupted.complete(Thread.currentThread().isInterrupted());
          }
        });
    blocked.start();
    blocked.interrupt();
    blocked.join();

    assertThat(await(interrupted)).isTrue();
    assertThat(session.lookups().inFlight()).isEmpty();
  }

  @Test
  void aTimeoutMayBeLongerThanNanosecondsCanTell() {
    Held held = hold(main, "a");
    CompletableFuture<SymbolMap> first = lookup(main, "a");
    Thread.startVirtualThread(() -> {
      while (session.locked(() -> session.lookups().inFlight().size()) < 2) {
        Thread.onSpinWait();
      }
      TestUnit.emit(held.get());
    });

    assertThat(
            session
                .lookup(
                    SearchOrder.of(main),
                    SymbolLookupSet.of("a"),
                    SymbolState.READY,
                    ChronoUnit.FOREVER.getDuration())
                .size())
        .isOne();
    assertThat(first.join().size()).isOne();
  }

  @Test
  @Rule("B8.9")
  void aLookUpThatRunsOutOfTimeSaysWhatItWaitedFor() {
    hold(main, "a");

    assertThatThrownBy(() ->
            session.lookup(
                SearchOrder.of(main),
                SymbolLookupSet.of("a"),
                SymbolState.READY,
                Duration.ofMillis(1)))
        .isInstanceOf(LookupTimeoutException.class)
        .hasMessageContaining("No result for [ a ] after PT0.001S")
        .hasMessageContaining("a in \"main\", unit a, Materializing, on no thread");
    assertThat(session.lookups().inFlight()).isEmpty();
  }
}
