package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uruk.jitlink.host.NativeCall;
import uruk.orc.DuplicateDefinitionException;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.MaterializationTask;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SessionListener;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;
import uruk.orc.SymbolsNotFoundException;
import uruk.orc.Task;
import uruk.orc.TaskDispatcher;

class RedirectableSymbolManagerTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");
  private final RedirectableSymbolManager manager = new RedirectableSymbolManager(layer);

  @BeforeEach
  void linkBodies() {
    layer.add(
        main,
        Compiler.c("bodies", "int one(void) { return 1; } int two(void) { return 2; } int word;"));
    layer.add(main, Compiler.c("user", "int f(void); int user(void) { return 10 + f(); }"));
  }

  private SymbolMap leading(String name, String destination) {
    return SymbolMap.builder().put(name, session.lookup(main, destination)).build();
  }

  private int call(String function) {
    return (int) NativeCall.call(session.lookup(main, function).address());
  }

  @Test
  void callsAreLedElsewhereAndTheAddressStays() {
    manager.create(main.defaultResourceTracker(), leading("f", "one"));
    assertThat(call("user")).isEqualTo(11);
    long address = session.lookup(main, "f").address();

    manager.redirect(main, "f", session.lookup(main, "two").address());
    assertThat(call("user")).isEqualTo(12);
    manager.redirect(main, leading("f", "one"));
    assertThat(call("user")).isEqualTo(11);

    assertThat(session.lookup(main, "f").address()).isEqualTo(address);
  }

  @Test
  void whatIsRemovedCannotBeLedElsewhereAndCanBeDefinedAgain() {
    ResourceTracker tracker = main.createResourceTracker();
    manager.create(tracker, leading("f", "one"));
    assertThat(call("user")).isEqualTo(11);
    tracker.remove();

    assertThatThrownBy(() -> manager.redirect(main, "f", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("f is not a redirectable function of \"main\"; define it with create");
    assertThatThrownBy(() -> session.lookup(main, "f"))
        .isInstanceOf(SymbolsNotFoundException.class);
    manager.create(main.defaultResourceTracker(), leading("f", "two"));
    assertThat(call("f")).isEqualTo(2);
  }

  @Test
  void aWeakDefinitionThatLosesLeavesTheOtherOneRedirectable() {
    ResourceTracker other = main.createResourceTracker();
    manager.create(main.defaultResourceTracker(), weak("f", "one"));
    manager.create(other, weak("f", "two"));
    assertThat(call("f")).isEqualTo(1);

    manager.redirect(main, leading("f", "two"));
    assertThat(call("user")).isEqualTo(12);
    other.remove();
    manager.redirect(main, leading("f", "one"));
    assertThat(call("user")).isEqualTo(11);
  }

  private SymbolMap weak(String name, String destination) {
    ExecutorSymbolDef found = session.lookup(main, destination);
    return SymbolMap.builder()
        .put(name, found.address(), found.flags().with(SymbolFlags.WEAK))
        .build();
  }

  @Test
  void aTrackerThatTakesOverRemovesThem() {
    ResourceTracker first = main.createResourceTracker();
    ResourceTracker second = main.createResourceTracker();
    manager.create(first, leading("f", "one"));
    first.transferTo(second);
    manager.redirect(main, leading("f", "two"));
    assertThat(call("f")).isEqualTo(2);

    second.remove();
    assertThatThrownBy(() -> manager.redirect(main, leading("f", "one")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    assertThatThrownBy(() -> manager.create(main.defaultResourceTracker(), leading("one", "two")))
        .isInstanceOf(DuplicateDefinitionException.class);
    assertThat(call("one")).isEqualTo(1);
  }

  @Test
  void onlyFunctionsCanBeLedElsewhere() {
    SymbolMap variable =
        SymbolMap.builder().put("f", new ExecutorSymbolDef(0x1000, SymbolFlags.EXPORTED)).build();
    assertThatThrownBy(() -> manager.create(main.defaultResourceTracker(), variable))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("f is no function; only calls can be led elsewhere");
  }

  @Test
  void anUnknownNameLeavesTheOthersWhereTheyLed() {
    manager.create(main.defaultResourceTracker(), leading("f", "one"));
    SymbolMap both =
        SymbolMap.builder()
            .put("f", session.lookup(main, "two"))
            .put("g", session.lookup(main, "two"))
            .build();
    assertThatThrownBy(() -> manager.redirect(main, both))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(call("f")).isEqualTo(1);
  }

  @Test
  void aTrackerThatIsRemovedAsSoonAsItHasTheFunctionsLeavesNothing() {
    ResourceTracker tracker = main.createResourceTracker();
    SymbolMap two = leading("f", "two");
    session.addListener(
        new SessionListener() {
          @Override
          public void symbolsDefined(JITDylib dylib, Set<String> names) {
            if (names.contains("f")) {
              tracker.remove();
            }
          }
        });

    manager.create(tracker, two);

    assertThat(main.symbolState("f")).isNull();
    assertThatThrownBy(() -> manager.redirect(main, two))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRefusedFunctionLeavesTheOneOfThatNameRedirectable() {
    manager.create(main.defaultResourceTracker(), leading("f", "one"));
    SymbolMap two = leading("f", "two");
    assertThatThrownBy(() -> manager.create(main.defaultResourceTracker(), two))
        .isInstanceOf(DuplicateDefinitionException.class);

    manager.redirect(main, two);
    assertThat(call("user")).isEqualTo(12);
  }

  @Test
  void materializingDoesNotHoldUpThoseWhoLeadElsewhereInsideTheSessionLock() throws Exception {
    List<Task> units = new ArrayList<>();
    TaskDispatcher later =
        new TaskDispatcher() {
          @Override
          public void dispatch(Task task) {
            if (task instanceof MaterializationTask) {
              units.add(task);
            } else {
              task.run();
            }
          }

          @Override
          public void close() {}
        };
    try (ExecutionSession own = ExecutionSession.builder().dispatcher(later).build()) {
      JITDylib dylib = own.createJITDylib("dylib");
      RedirectableSymbolManager functions =
          new RedirectableSymbolManager(new ObjectLinkingLayer(own));
      SymbolMap f = SymbolMap.builder().put("f", session.lookup(main, "one")).build();
      functions.create(dylib.defaultResourceTracker(), f);
      CompletableFuture<SymbolMap> found =
          own.lookup(
              LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of("f"), SymbolState.READY);
      Thread linker = new Thread(units.getFirst());
      boolean redirected =
          own.runSessionLocked(() -> {
            linker.start();
            while (linker.getState() != Thread.State.WAITING) {
              Thread.onSpinWait();
            }
            Thread redirecting = Thread.ofPlatform().start(() -> functions.redirect(dylib, f));
            try {
              return redirecting.join(Duration.ofSeconds(20));
            } catch (InterruptedException interruption) {
              throw new AssertionError(interruption);
            }
          });
      linker.join();

      assertThat(redirected).isTrue();
      assertThat(found).isCompleted();
    }
  }
}
