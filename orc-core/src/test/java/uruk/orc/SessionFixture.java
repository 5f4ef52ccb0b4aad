package uruk.orc;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/** A session with one dylib, whose errors are collected. */
abstract class SessionFixture {
  final List<Throwable> reported = new CopyOnWriteArrayList<>();
  final ExecutionSession session = build(ExecutionSession.builder());
  final JITDylib main = session.createBareJITDylib("main");

  /** Keeps a responsibility for the test to play with. */
  static final class Held implements Consumer<MaterializationResponsibility> {
    private MaterializationResponsibility responsibility;

    @Override
    public void accept(MaterializationResponsibility given) {
      responsibility = given;
    }

    MaterializationResponsibility get() {
      if (responsibility == null) {
        throw new AssertionError("the unit has not been started");
      }
      return responsibility;
    }

    boolean isStarted() {
      return responsibility != null;
    }
  }

  ExecutionSession build(ExecutionSession.Builder builder) {
    return builder.errorReporter(reported::add).build();
  }

  @AfterEach
  void closeSession() {
    session.close();
  }

  /** Defines exported functions whose responsibility the test gets when they are looked up. */
  Held hold(JITDylib dylib, String... names) {
    Held held = new Held();
    dylib.define(TestUnit.of(held, names));
    return held;
  }

  /** Defines exported functions in a tracker of their own; the test gets their responsibility. */
  Held hold(ResourceTracker tracker, String... names) {
    Held held = new Held();
    tracker.dylib().define(TestUnit.of(held, names), tracker);
    return held;
  }

  CompletableFuture<SymbolMap> lookup(JITDylib dylib, String... names) {
    return lookup(SymbolState.READY, dylib, names);
  }

  CompletableFuture<SymbolMap> lookup(SymbolState required, JITDylib dylib, String... names) {
    return session.lookup(
        LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of(names), required);
  }

  static SymbolDependenceGroup group(String symbol, JITDylib dylib, String... needed) {
    return new SymbolDependenceGroup(Set.of(symbol), Map.of(dylib, Set.of(needed)));
  }

  /** Resolves and emits all symbols; each needs what is given. */
  static void emit(MaterializationResponsibility responsibility, JITDylib dylib, String... needed) {
    TestUnit.resolve(responsibility);
    responsibility.notifyEmitted(
        List.of(
            new SymbolDependenceGroup(
                responsibility.symbols().keySet(), Map.of(dylib, Set.of(needed)))));
  }

  /** A unit that blocks in a look-up. */
  static TestUnit blocking(ExecutionSession own, JITDylib dylib, String name, String needed) {
    return TestUnit.of(
        responsibility -> {
          own.lookup(dylib, needed);
          TestUnit.emit(responsibility);
        },
        name);
  }

  /** The failure of a future that has failed. */
  static Throwable failure(Future<?> future) {
    if (future.state() != Future.State.FAILED) {
      throw new AssertionError("the look-up has not failed but is " + future.state());
    }
    return future.exceptionNow();
  }

  /** Waits for another thread's result. */
  static <T> T await(Future<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  static SymbolMap absolute(String... names) {
    SymbolMap.Builder symbols = SymbolMap.builder();
    for (String name : names) {
      symbols.put(name, TestUnit.addressOf(name), TestUnit.FUNCTION);
    }
    return symbols.build();
  }
}
