package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What units, the platform and resource managers throw does not leave a change half made. */
class FailingHooksTest extends SessionFixture {
  private final List<String> told = new ArrayList<>();

  /** A unit that throws whenever it is told something. */
  private final class BrokenUnit extends MaterializationUnit {
    private BrokenUnit(SymbolFlags flags, String... names) {
      super(new Interface(TestUnit.flags(flags, names)));
    }

    @Override
    public String name() {
      return "broken";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      TestUnit.emit(responsibility);
    }

    @Override
    protected void discard(JITDylib dylib, String name) {
      told.add(name);
      throw new IllegalStateException("cannot discard " + name);
    }

    @Override
    protected CommonExtent commonExtent(String name) {
      return new CommonExtent(8, 16);
    }

    @Override
    protected void commonMerged(JITDylib dylib, String name, CommonExtent merged) {
      told.add(name + " of " + merged.size());
      throw new IllegalStateException("cannot grow " + name);
    }
  }

  private BrokenUnit broken(String... names) {
    return new BrokenUnit(TestUnit.FUNCTION, names);
  }

  private void assertOneReport(String first, String... others) {
    assertThat(reported)
        .singleElement()
        .satisfies(report -> {
          assertThat(report).hasMessage(first);
          assertThat(report.getSuppressed())
              .extracting(Throwable::getMessage)
              .containsExactly(others);
        });
  }

  @Test
  void aRemovalByNameTellsAllUnitsAndIsComplete() {
    main.define(broken("a", "b"));
    main.define(broken("c"));

    main.remove(Set.of("a"));
    assertOneReport("cannot discard a");
    reported.clear();
    main.remove(new TreeSet<>(Set.of("b", "c")));

    assertOneReport("cannot discard b", "cannot discard c");
    assertThat(told).containsExactly("a", "b", "c");
    assertThat(main.symbols("")).isEmpty();
    main.define(TestUnit.of("a", "b", "c"));
    assertThat(session.lookup(main, "c").address()).isEqualTo(TestUnit.addressOf("c"));
  }

  @Test
  void aRedefinitionIsMadeAlthoughADiscardFails() {
    ResourceTracker tracker = main.createResourceTracker();
    main.define(TestUnit.of("ready"), tracker);
    main.define(broken("lazy", "kept"), tracker);
    session.lookup(main, "ready");

    session.redefine(
        List.of(
            new Redefinition(
                tracker,
                "change",
                SymbolMap.of("ready", new ExecutorSymbolDef(7, TestUnit.FUNCTION)),
                List.of(),
                Set.of("lazy"))));

    assertOneReport("cannot discard lazy");
    assertThat(session.lookup(main, "ready").address()).isEqualTo(7);
    assertThat(main.symbols("")).containsOnlyKeys("ready", "kept");
    assertThat(session.lookup(main, "kept").address()).isEqualTo(TestUnit.addressOf("kept"));
  }

  @Test
  void aStrongDefinitionWinsAlthoughTheLoserFails() {
    main.define(new BrokenUnit(TestUnit.FUNCTION.with(SymbolFlags.WEAK), "a", "b"));

    main.define(TestUnit.of("a", "b", "c"));

    assertOneReport("cannot discard a", "cannot discard b");
    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    assertThat(main.symbols("")).containsOnlyKeys("a", "b", "c");
  }

  @Test
  void aWeakDefinitionLosesAlthoughItsUnitFails() {
    main.define(TestUnit.of("a"));

    main.define(new BrokenUnit(TestUnit.FUNCTION.with(SymbolFlags.WEAK), "a", "b"));

    assertOneReport("cannot discard a");
    assertThat(session.lookup(main, "b").address()).isEqualTo(TestUnit.addressOf("b"));
  }

  @Test
  void aLargerCommonWinsAlthoughItsUnitFails() {
    main.define(new BrokenUnit(SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.COMMON), "a"));
    main.define(TestUnit.common("a", 64, 4));

    assertThat(told).containsExactly("a");
    assertOneReport("cannot discard a");
    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
  }

  @Test
  void aUnitWhoseExtentsCannotBeAskedForIsNotAdded() {
    MaterializationUnit unit =
        new MaterializationUnit(
            new MaterializationUnit.Interface(
                Map.of(
                    "a",
                    TestUnit.FUNCTION,
                    "b",
                    SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.COMMON)))) {
          @Override
          public String name() {
            return "unreadable";
          }

          @Override
          protected void materialize(MaterializationResponsibility responsibility) {
            throw new AssertionError("the unit was refused");
          }

          @Override
          protected void discard(JITDylib dylib, String name) {}

          @Override
          protected CommonExtent commonExtent(String name) {
            throw new IllegalStateException("unreadable");
          }
        };

    assertThatThrownBy(() -> main.define(unit)).hasMessage("unreadable");

    assertThat(main.symbols("")).isEmpty();
    main.define(TestUnit.of("a", "b"));
    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
  }

  @Test
  void clearingGoesOnWhenAManagerFailsWithAnError() {
    ResourceTracker first = main.createResourceTracker();
    ResourceTracker second = main.createResourceTracker();
    hold(first, "a");
    hold(second, "b");
    CompletableFuture<SymbolMap> a = lookup(main, "a");
    CompletableFuture<SymbolMap> b = lookup(main, "b");
    List<ResourceKey> asked = new ArrayList<>();
    session.registerResourceManager(
        new ResourceManager() {
          @Override
          public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
            asked.add(key);
            throw new AssertionError("manager broke");
          }

          @Override
          public void handleTransferResources(
              JITDylib dylib, ResourceKey destination, ResourceKey source) {}
        });

    assertThatThrownBy(main::clear)
        .isInstanceOf(ResourceRemovalException.class)
        .hasRootCauseMessage("manager broke");

    assertThat(asked).contains(first.key(), second.key());
    assertThat(failure(a)).isInstanceOf(FailedToMaterializeException.class);
    assertThat(failure(b)).isInstanceOf(FailedToMaterializeException.class);
    assertThat(main.symbols("")).isEmpty();
  }

  @Test
  void lookUpsAreToldAlthoughTheErrorReporterFails() {
    ErrorReporter broken =
        error -> {
          throw new IllegalStateException("reporter broke");
        };
    try (ExecutionSession other = ExecutionSession.builder().errorReporter(broken).build()) {
      JITDylib dylib = other.createJITDylib("other");
      Held held = hold(dylib, "a");
      CompletableFuture<SymbolMap> found =
          other.lookup(
              LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of("a"), SymbolState.READY);

      held.get().failMaterialization(new IllegalStateException("unit broke"));

      assertThat(failure(found)).hasRootCauseMessage("unit broke");
    }
  }

  @Test
  void aRemovalGoesOnWhenThePlatformFails() {
    List<String> removing = new ArrayList<>();
    Platform platform =
        new Platform() {
          @Override
          public void setupJITDylib(JITDylib dylib) {}

          @Override
          public void teardownJITDylib(JITDylib dylib) {}

          @Override
          public void notifyAdding(ResourceTracker tracker, MaterializationUnit unit) {}

          @Override
          public void notifyRemoving(ResourceTracker tracker) {
            removing.add(tracker.toString());
            throw new IllegalStateException("platform broke");
          }
        };
    try (ExecutionSession other = build(ExecutionSession.builder().platform(platform))) {
      JITDylib dylib = other.createJITDylib("other");
      ResourceTracker used = dylib.createResourceTracker();
      ResourceTracker user = dylib.createResourceTracker();
      dylib.define(TestUnit.of("used"), used);
      Held held = hold(user, "user");
      CompletableFuture<SymbolMap> found =
          other.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of("user", "used"),
              SymbolState.READY);
      emit(held.get(), dylib, "used");
      assertThat(found).isCompleted();

      assertThatThrownBy(() -> used.remove(RemovalPolicy.CASCADE))
          .isInstanceOf(ResourceRemovalException.class)
          .hasRootCauseMessage("platform broke");

      assertThat(removing).hasSize(2);
      assertThat(dylib.symbols("")).isEmpty();
      assertThat(used.isDefunct()).isTrue();
      assertThat(user.isDefunct()).isTrue();
    }
  }

  @Test
  void aSymbolThatAVersionAsideNeedsIsRemovedWithoutRefusal() {
    ResourceTracker used = main.createResourceTracker();
    main.define(TestUnit.of("used"), used);
    session.lookup(main, "used");
    JITDylib aside = main.createAside("next version");
    Held ready = hold(aside, "ready");
    Held underWay = hold(aside, "underWay");
    CompletableFuture<SymbolMap> readyFound = lookup(aside, "ready");
    CompletableFuture<SymbolMap> underWayFound = lookup(aside, "underWay");
    emit(ready.get(), main, "used");

    used.remove(RemovalPolicy.REFUSE);

    assertThat(readyFound).isCompleted();
    assertThat(main.symbols("")).isEmpty();
    assertThatThrownBy(() -> emit(underWay.get(), main, "used"))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class);
    underWay.get().failMaterialization(new IllegalStateException("its need is gone"));
    assertThat(failure(underWayFound)).hasRootCauseMessage("its need is gone");
  }

  /** An exception whose text cannot be had. */
  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }

  @Test
  void aFailureWhoseMessageFailsIsPassedOnAllTheSame() {
    Unspeakable cause = new Unspeakable();
    main.define(
        TestUnit.of(
            responsibility -> {
              throw cause;
            },
            "a"));
    Held user = hold(main, "user");
    CompletableFuture<SymbolMap> waiting = lookup(main, "user");

    CompletableFuture<SymbolMap> found = lookup(main, "a");
    TestUnit.resolve(user.get());

    assertThat(failure(found).getCause()).isSameAs(cause);
    assertThat(failure(found)).hasMessageContaining(Unspeakable.class.getName());
    assertThatThrownBy(() -> user.get().notifyEmitted(List.of(group("user", main, "a"))))
        .isInstanceOf(UnsatisfiedSymbolDependenciesException.class);
    user.get().failMaterialization(cause);
    assertThat(failure(waiting).getCause()).isSameAs(cause);
  }

  @Test
  void aMessageIsAskedForOutsideTheLock() {
    List<Boolean> inside = new ArrayList<>();
    RuntimeException asking =
        new IllegalStateException() {
          private static final long serialVersionUID = 1;

          @Override
          public String getMessage() {
            inside.add(session.lock().isHeldByCurrentThread());
            return "asked";
          }
        };
    main.define(
        TestUnit.of(
            responsibility -> {
              throw asking;
            },
            "a"));
    Held user = hold(main, "user");
    lookup(main, "user");
    lookup(main, "a");
    TestUnit.resolve(user.get());
    assertThatThrownBy(() -> user.get().notifyEmitted(List.of(group("user", main, "a"))))
        .hasMessageContaining("asked");

    assertThat(inside).isNotEmpty().doesNotContain(true);
  }

  @Test
  void anErrorIsPrintedThoughItsCausesGoInACircleOrHaveNoText() {
    IllegalStateException first = new IllegalStateException("first");
    IllegalArgumentException second = new IllegalArgumentException("second", first);
    first.initCause(second);
    PrintStream standardError = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      ErrorReporter.toStandardError().report(first);
      ErrorReporter.toStandardError().report(new Unspeakable());
      ErrorReporter.toStandardError().report(new NullPointerException());
    } finally {
      System.setErr(standardError);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "JIT session error: first",
            "  caused by: java.lang.IllegalArgumentException: second",
            "JIT session error: " + Unspeakable.class.getName(),
            "JIT session error: java.lang.NullPointerException");
  }

  /** A unit whose name cannot be had, or is asked for inside the lock. */
  private final class NamelessUnit extends MaterializationUnit {
    private final List<Boolean> inside = new ArrayList<>();
    private int namesLeft;

    private NamelessUnit(int namesLeft) {
      super(new Interface(TestUnit.flags(TestUnit.FUNCTION, "a")));
      this.namesLeft = namesLeft;
    }

    @Override
    public String name() {
      inside.add(session.lock().isHeldByCurrentThread());
      if (namesLeft-- == 0) {
        throw new IllegalStateException("no name");
      }
      return "nameless";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      TestUnit.emit(responsibility);
    }

    @Override
    protected void discard(JITDylib dylib, String name) {}
  }

  @Test
  void aUnitIsAskedForItsNameOnceOutsideTheLock() {
    assertThatThrownBy(() -> main.define(new NamelessUnit(0))).hasMessage("no name");
    NamelessUnit unit = new NamelessUnit(1);
    main.define(unit);
    Held held = hold(main, "held", "b");
    lookup(main, "held");

    assertThat(session.lookup(main, "a").address()).isEqualTo(TestUnit.addressOf("a"));
    assertThat(unit.inside).containsExactly(false);
  }

  @Test
  void aUnitThatIsHandedBackIsAskedForItsNameOutsideTheLock() {
    Held held = hold(main, "a", "b");
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    NamelessUnit unit = new NamelessUnit(1);

    held.get().replace(unit);

    assertThat(found).isCompleted();
    assertThat(unit.inside).containsExactly(false);
  }

  /** A platform that does one thing when a unit is added. */
  private static Platform whenAdding(Consumer<MaterializationUnit> action) {
    return new Platform() {
      @Override
      public void setupJITDylib(JITDylib dylib) {
        if (dylib.name().equals("broken")) {
          throw new AssertionError("cannot set up");
        }
      }

      @Override
      public void teardownJITDylib(JITDylib dylib) {}

      @Override
      public void notifyAdding(ResourceTracker tracker, MaterializationUnit unit) {
        action.accept(unit);
      }

      @Override
      public void notifyRemoving(ResourceTracker tracker) {}
    };
  }

  @Test
  void aPlatformThatDefinesTheSameNameFirstMakesTheUnitADuplicate() {
    JITDylib[] dylib = new JITDylib[1];
    Platform platform =
        whenAdding(unit -> {
          if (unit.name().equals("a+b+c")) {
            dylib[0].define(TestUnit.of("b"));
          }
        });
    try (ExecutionSession own = build(ExecutionSession.builder().platform(platform))) {
      dylib[0] = own.createJITDylib("dylib");

      assertThatThrownBy(() -> dylib[0].define(TestUnit.of("a", "b", "c")))
          .isInstanceOf(DuplicateDefinitionException.class);

      assertThat(dylib[0].symbols("")).containsOnlyKeys("b");
      assertThat(own.lookup(dylib[0], "b").address()).isEqualTo(TestUnit.addressOf("b"));
    }
  }

  @Test
  void aDylibWhoseSetUpEndsInAnErrorDoesNotStay() {
    try (ExecutionSession own =
        build(ExecutionSession.builder().platform(whenAdding(unit -> {})))) {
      assertThatThrownBy(() -> own.createJITDylib("broken")).isInstanceOf(AssertionError.class);

      assertThat(own.findJITDylib("broken")).isEmpty();
    }
  }

  @Test
  void aTransferWhoseManagersFailSaysSo() {
    session.registerResourceManager(
        new ResourceManager() {
          @Override
          public void handleRemoveResources(JITDylib dylib, ResourceKey key) {}

          @Override
          public void handleTransferResources(
              JITDylib dylib, ResourceKey destination, ResourceKey source) {
            throw new AssertionError("manager broke");
          }
        });
    ResourceTracker source = main.createResourceTracker();

    assertThatThrownBy(() -> source.transferTo(main.createResourceTracker()))
        .isInstanceOf(ResourceRemovalException.class)
        .hasMessageContaining("was transferred")
        .hasMessageNotContaining("was removed");
  }

  @Test
  void theSymbolsOfAnErrorCannotBeChanged() {
    Held held = hold(main, "a");
    CompletableFuture<SymbolMap> found = lookup(main, "a");
    held.get().failMaterialization(new IllegalStateException("broken"));
    FailedToMaterializeException error = (FailedToMaterializeException) failure(found);

    assertThatThrownBy(() -> error.symbols().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> error.symbols().get(main).clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
