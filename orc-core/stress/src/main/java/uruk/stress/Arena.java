package uruk.stress;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.Redefinition;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolDependenceGroup;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

/** Where a race takes place: a session with one dylib, and short words for what races do to it. */
abstract class Arena {
  static final SymbolFlags FLAGS = SymbolFlags.EXPORTED;

  final ExecutionSession session = ExecutionSession.builder().errorReporter(error -> {}).build();
  final JITDylib main = session.createJITDylib("main");

  /** Counts the completions of the look-up that {@link #watch} was given. */
  final AtomicInteger completions = new AtomicInteger();

  /** A unit of one symbol, which hands its responsibility out. */
  static final class Unit extends MaterializationUnit {
    private final String name;
    private final Consumer<MaterializationResponsibility> action;

    Unit(String name, Consumer<MaterializationResponsibility> action) {
      super(new Interface(Map.of(name, FLAGS)));
      this.name = name;
      this.action = action;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      action.accept(responsibility);
    }

    @Override
    protected void discard(JITDylib dylib, String symbol) {}
  }

  /** A symbol that a look-up waits for, resolved, with what it takes to go on. */
  final class Started {
    final String name;
    final CompletableFuture<SymbolMap> lookup;
    private @Nullable MaterializationResponsibility responsibility;

    Started(String name, ResourceTracker tracker) {
      this.name = name;
      main.define(new Unit(name, given -> responsibility = given), tracker);
      lookup = lookup(name);
      responsibility().notifyResolved(symbols(name, 1));
    }

    MaterializationResponsibility responsibility() {
      if (responsibility == null) {
        throw new AssertionError(name + " has not been started");
      }
      return responsibility;
    }

    void emit(String... needed) {
      responsibility()
          .notifyEmitted(
              List.of(new SymbolDependenceGroup(Set.of(name), Map.of(main, Set.of(needed)))));
    }
  }

  CompletableFuture<SymbolMap> lookup(String name) {
    return session.lookup(
        LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of(name), SymbolState.READY);
  }

  /** Counts how often a look-up completes. */
  <T> CompletableFuture<T> watch(CompletableFuture<T> lookup) {
    CompletableFuture<Integer> _ = lookup.handle((found, failure) -> completions.incrementAndGet());
    return lookup;
  }

  /** Defines ready symbols, all of one address. */
  static void defineReady(JITDylib dylib, ResourceTracker tracker, long address, String... names) {
    dylib.define(AbsoluteSymbols.of(symbols(address, names)), tracker);
    SymbolMap _ = dylib.session().lookup(SearchOrder.of(dylib), SymbolLookupSet.of(names));
  }

  /** Gives symbols of a tracker another address, or adds them, without dependences. */
  void redefine(ResourceTracker tracker, long address, String... names) {
    session.redefine(
        List.of(new Redefinition(tracker, "unit", symbols(address, names), List.of(), Set.of())));
  }

  static SymbolMap symbols(String name, long address) {
    return SymbolMap.of(name, new ExecutorSymbolDef(address, FLAGS));
  }

  static SymbolMap symbols(long address, String... names) {
    SymbolMap.Builder symbols = SymbolMap.builder();
    for (String name : names) {
      symbols.put(name, address, FLAGS);
    }
    return symbols.build();
  }

  /** {@return which of the trackers owns the symbol, by its place, or "nobody"} */
  String owner(String name, ResourceTracker... trackers) {
    ResourceTracker owner = main.trackerOf(name);
    for (int at = 0; at < trackers.length; at++) {
      if (trackers[at] == owner) {
        return "tracker" + at;
      }
    }
    return owner == null ? "nobody" : "another";
  }

  /** {@return how a look-up ended; RUNNING if it did not} */
  static String outcome(CompletableFuture<?> lookup) {
    return lookup.state() == Future.State.SUCCESS ? "READY" : lookup.state().name();
  }

  /** {@return the word if the action succeeds, the error's if it does not} */
  static String attempt(String done, Runnable action) {
    try {
      action.run();
      return done;
    } catch (RuntimeException failure) {
      return failure.getClass().getSimpleName();
    }
  }
}
