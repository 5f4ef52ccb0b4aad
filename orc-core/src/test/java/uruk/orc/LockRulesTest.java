package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs inside the session lock, and what outside. */
class LockRulesTest extends SessionFixture {
  private final List<String> inside = new CopyOnWriteArrayList<>();
  private final List<String> outside = new CopyOnWriteArrayList<>();

  private void note(ExecutionSession where, String what) {
    (where.lock().isHeldByCurrentThread() ? inside : outside).add(what);
  }

  /** Notes on which side of the lock each call-back of a session runs. */
  private final class Probe implements Platform, ResourceManager, SessionListener {
    private ExecutionSession watched;

    @Override
    public void setupJITDylib(JITDylib dylib) {
      note(dylib.session(), "set-up");
    }

    @Override
    public void teardownJITDylib(JITDylib dylib) {
      note(watched, "tear-down");
    }

    @Override
    public void notifyAdding(ResourceTracker tracker, MaterializationUnit unit) {
      note(watched, "adding");
    }

    @Override
    public void notifyRemoving(ResourceTracker tracker) {
      note(watched, "removing");
    }

    @Override
    public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
      note(watched, "free");
    }

    @Override
    public void handleTransferResources(
        JITDylib dylib, ResourceKey destination, ResourceKey source) {
      note(watched, "transfer");
    }

    @Override
    public void symbolsReady(JITDylib dylib, Set<String> names) {
      note(watched, "listener");
    }
  }

  @Test
  @Rule({"B8.1", "B8.2"})
  void callBacksRunOnTheSideOfTheLockThatTheRulesSay() {
    Probe probe = new Probe();
    AtomicReference<ExecutionSession> watched = new AtomicReference<>();
    try (ExecutionSession own =
        ExecutionSession.builder()
            .platform(probe)
            .errorReporter(error -> note(watched.get(), "reporter"))
            .build()) {
      watched.set(own);
      probe.watched = own;
      own.registerResourceManager(probe);
      own.addListener(probe);
      JITDylib dylib = own.createJITDylib("dylib");
      dylib.addGenerator((state, kind, target, flags, names) -> {
        note(own, "generator");
        target.define(AbsoluteSymbols.of(absolute(names.nameAt(0))));
      });
      ResourceTracker tracker = dylib.createResourceTracker();
      dylib.define(lockNoting(own, "weak", TestUnit.FUNCTION.with(SymbolFlags.WEAK)), tracker);
      dylib.define(lockNoting(own, "weak", TestUnit.FUNCTION));
      own.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("weak", "generated"),
              SymbolState.READY,
              found -> note(own, "registrar"))
          .thenAccept(found -> note(own, "completion"));
      boolean _ =
          dylib.withLinkOrder(order -> {
            note(own, "link order");
            return true;
          });
      tracker.transferTo(dylib.createResourceTracker());
      dylib.define(
          TestUnit.of(
              responsibility -> {
                throw new IllegalStateException("broken");
              },
              "failing"));
      own.lookup(
          LookupKind.STATIC,
          SearchOrder.of(dylib),
          SymbolLookupSet.of("failing"),
          SymbolState.READY);
    }

    assertThat(inside)
        .containsOnly("adding", "discard", "registrar", "link order", "transfer", "removing");
    assertThat(outside)
        .containsOnly(
            "set-up",
            "generator",
            "materialize",
            "completion",
            "listener",
            "reporter",
            "free",
            "tear-down");
  }

  private MaterializationUnit lockNoting(ExecutionSession own, String name, SymbolFlags flags) {
    return new MaterializationUnit(new MaterializationUnit.Interface(TestUnit.flags(flags, name))) {
      @Override
      public String name() {
        return name;
      }

      @Override
      protected void materialize(MaterializationResponsibility responsibility) {
        note(own, "materialize");
        TestUnit.emit(responsibility);
      }

      @Override
      protected void discard(JITDylib dylib, String symbol) {
        note(own, "discard");
      }
    };
  }

  @Test
  void aBlockingLookUpInsideTheSessionLockIsRefused() {
    hold(main, "a");

    assertThatThrownBy(() -> session.runSessionLocked(() -> session.lookup(main, "a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inside the session lock");
  }

  @Test
  void whatHappensInsideTheLockIsDeliveredAfterIt() {
    Held unit = hold(main, "a");
    CompletableFuture<SymbolMap> found =
        session.runSessionLocked(() -> {
          CompletableFuture<SymbolMap> started = lookup(main, "a");
          assertThat(unit.isStarted()).isFalse();
          return started;
        });

    assertThat(unit.isStarted()).isTrue();
    TestUnit.emit(unit.get());
    assertThat(found).isCompleted();
  }

  @Test
  @Timeout(20)
  void theLinkOrderIsToldWhileAnotherThreadHoldsTheLock() {
    JITDylib fresh = session.createBareJITDylib("fresh");

    SearchOrder told =
        session.runSessionLocked(() -> CompletableFuture.supplyAsync(fresh::linkOrder).join());

    assertThat(told.dylibAt(0)).isSameAs(fresh);
    assertThat(fresh.linkOrder()).isSameAs(told);
  }
}
