package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Doubling the input at most doubles the work, within 15 per cent: counted in steps, not in time.
 */
class GrowthTest {
  private static final double LIMIT = 2.3;

  /** Who needs whom among functions 0 to n - 1. */
  enum Shape {
    CHAIN {
      @Override
      Set<String> needs(int at, int size, Random random) {
        return at + 1 < size ? Set.of("f" + (at + 1)) : Set.of();
      }
    },
    CHAIN_FROM_ITS_END {
      @Override
      Set<String> needs(int at, int size, Random random) {
        return at > 0 ? Set.of("f" + (at - 1)) : Set.of();
      }
    },
    CIRCLE {
      @Override
      Set<String> needs(int at, int size, Random random) {
        return Set.of("f" + (at + 1) % size);
      }
    },
    STAR {
      @Override
      Set<String> needs(int at, int size, Random random) {
        return at == size - 1 ? Set.of() : Set.of("f" + (size - 1));
      }
    },
    TREE {
      @Override
      Set<String> needs(int at, int size, Random random) {
        return 2 * at + 2 < size ? Set.of("f" + (2 * at + 1), "f" + (2 * at + 2)) : Set.of();
      }
    },
    RANDOM {
      @Override
      Set<String> needs(int at, int size, Random random) {
        return Set.copyOf(
            IntStream.range(0, 4).mapToObj(edge -> "f" + random.nextInt(size)).distinct().toList());
      }
    };

    abstract Set<String> needs(int at, int size, Random random);
  }

  @ParameterizedTest
  @EnumSource
  @Rule("B4.8")
  void readinessWithinAUnitIsLinearInItsEdges(Shape shape) {
    assertLinear(size -> stepsOfOneUnit(shape, size), 2000);
  }

  @ParameterizedTest
  @EnumSource
  @Rule("B4.8")
  void readinessAcrossUnitsIsLinearInItsEdges(Shape shape) {
    assertLinear(size -> stepsOfManyUnits(shape, size), 2000);
  }

  private interface Work {
    long steps(int size);
  }

  private static void assertLinear(Work work, int size) {
    long once = work.steps(size);
    long twice = work.steps(2 * size);

    assertThat((double) twice / once).as("%d and %d steps", once, twice).isLessThan(LIMIT);
    assertThat(once).isGreaterThan(0).isLessThan(40L * size);
  }

  private static long stepsOfOneUnit(Shape shape, int size) {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createJITDylib("main");
      Random random = new Random(1);
      String[] names = IntStream.range(0, size).mapToObj(at -> "f" + at).toArray(String[]::new);
      List<SymbolDependenceGroup> groups = new ArrayList<>();
      for (int at = 0; at < size; at++) {
        groups.add(
            new SymbolDependenceGroup(
                Set.of("f" + at), Map.of(main, shape.needs(at, size, random))));
      }
      main.define(
          TestUnit.of(
              responsibility -> {
                TestUnit.resolve(responsibility);
                responsibility.notifyEmitted(groups);
              },
              names));
      session.lookup(main, "f0");
      return session.steps();
    }
  }

  private static long stepsOfManyUnits(Shape shape, int size) {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createJITDylib("main");
      Random random = new Random(1);
      for (int at = 0; at < size; at++) {
        main.define(
            TestUnit.linked(main, "f" + at, shape.needs(at, size, random).toArray(new String[0])));
      }
      for (int at = 0; at < size; at++) {
        session.lookup(main, "f" + at);
      }
      return session.steps();
    }
  }

  @Test
  void aFailureIsLinearInWhatDependsOnIt() {
    assertLinear(
        size -> {
          try (ExecutionSession session =
              ExecutionSession.builder().errorReporter(error -> {}).build()) {
            JITDylib main = session.createJITDylib("main");
            for (int at = 0; at < size; at++) {
              main.define(TestUnit.linked(main, "f" + at, "f" + (at + 1)));
            }
            SessionFixture.Held last = new SessionFixture.Held();
            main.define(TestUnit.of(last, "f" + size));
            CompletableFuture<SymbolMap> first = ready(session, SearchOrder.of(main), "f0");
            TestUnit.resolve(last.get());
            last.get().failMaterialization(new IllegalStateException("broken"));
            assertThat(first).isCompletedExceptionally();
            return session.steps();
          }
        },
        2000);
  }

  @Test
  void wakingIsLinearInWaiters() {
    assertLinear(
        size -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            JITDylib main = session.createJITDylib("main");
            SessionFixture.Held held = new SessionFixture.Held();
            main.define(TestUnit.of(held, "a"));
            for (int at = 0; at < size; at++) {
              ready(session, SearchOrder.of(main), "a");
            }
            TestUnit.emit(held.get());
            return session.steps();
          }
        },
        2000);
  }

  @Test
  void searchingIsLinearInDylibs() {
    assertLinear(
        size -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            SearchOrder.Builder order = SearchOrder.builder();
            JITDylib last = null;
            for (int at = 0; at < size; at++) {
              last = session.createJITDylib("dylib" + at);
              order.add(last, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
            }
            last.define(TestUnit.of("a"));
            session.lookup(order.build(), "a");
            return session.steps();
          }
        },
        2000);
  }

  @Test
  void askingIsLinearInGenerators() {
    assertLinear(
        size -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            JITDylib main = session.createJITDylib("main");
            int[] asked = new int[1];
            for (int at = 0; at < size; at++) {
              main.addGenerator((state, kind, dylib, flags, names) -> asked[0]++);
            }
            assertThat(ready(session, SearchOrder.of(main), "a")).isCompletedExceptionally();
            return session.steps() + asked[0];
          }
        },
        500);
  }

  @Test
  void linkingWhileATaskBlocksIsLinear() {
    assertLinear(
        size -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            JITDylib main = session.createJITDylib("main");
            for (int at = 0; at < size; at++) {
              main.define(
                  TestUnit.waiting(
                      main, "f" + at, "f" + (at + 1), SymbolState.READY, TestUnit::emit));
            }
            main.define(TestUnit.of("f" + size));
            session.dispatch(new NamedTask("blocks", () -> session.lookup(main, "f0")));
            assertThat(main.symbolState("f0")).isEqualTo(SymbolState.READY);
            return session.steps();
          }
        },
        1000);
  }

  @Test
  void aliasesOfAliasesAreLinear() {
    assertLinear(
        size -> {
          try (ExecutionSession session = ExecutionSession.create()) {
            JITDylib main = session.createJITDylib("main");
            main.define(TestUnit.of("f0"));
            for (int at = 1; at <= size; at++) {
              main.define(
                  ReExports.aliases(
                      Map.of("f" + at, new Alias("f" + (at - 1), TestUnit.FUNCTION))));
              session.lookup(main, "f" + at);
            }
            return session.steps();
          }
        },
        1000);
  }

  private static CompletableFuture<SymbolMap> ready(
      ExecutionSession session, SearchOrder order, String name) {
    return session.lookup(LookupKind.STATIC, order, SymbolLookupSet.of(name), SymbolState.READY);
  }
}
