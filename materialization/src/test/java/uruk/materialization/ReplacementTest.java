package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.platform.HostThreads;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolInstance;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;
import uruk.orc.SymbolsNotFoundException;

class ReplacementTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  @AutoClose private final UpdateVerifier verifier = UpdateVerifier.of(layer);
  private final JITDylib main = session.createJITDylib("main");

  @BeforeEach
  void processIsVisible() {
    main.addGenerator(ProcessSymbols.all());
  }

  private LinkedObject add(String name, String source, String... options) {
    return layer.add(main, Compiler.c(name, source, options));
  }

  private int call(String function, long... arguments) {
    long argument = arguments.length > 0 ? arguments[0] : 0;
    return (int) NativeCall.call(session.lookup(main, function).address(), argument);
  }

  private void memoryIsAsLinked() {
    assertThat(layer.verify()).isEmpty();
  }

  @Test
  void callersAndPointersReachTheNewFunction() {
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    add(
        "caller",
        "int logic(void); int (*pointer)(void) = logic;"
            + "int direct(void) { return logic(); } int indirect(void) { return pointer(); }");
    assertThat(call("direct")).isEqualTo(1);
    assertThat(call("indirect")).isEqualTo(1);
    long entry = session.lookup(main, "logic").address();

    Replacement done = logic.replace(Compiler.c("logic2", "int logic(void) { return 2; }"));

    assertThat(call("direct")).isEqualTo(2);
    assertThat(call("indirect")).isEqualTo(2);
    assertThat(session.lookup(main, "logic").address()).isEqualTo(entry);
    assertThat(logic.current()).isEqualTo(done.objects().getFirst());
    assertThat(logic.current().generation()).isEqualTo(2);
    assertThat(logic.state()).isEqualTo(LinkedObject.State.RETIRED);
    memoryIsAsLinked();
  }

  @Test
  void aReplacementIsRolledBackAndForth() {
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    call("logic");
    Replacement done = logic.replace(Compiler.c("logic2", "int logic(void) { return 2; }"));

    Replacement back = done.rollBack();
    assertThat(call("logic")).isEqualTo(1);
    assertThat(logic.current()).isEqualTo(logic);
    back.rollBack();
    assertThat(call("logic")).isEqualTo(2);

    assertThatThrownBy(back::rollBack)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has been replaced since");
  }

  @Test
  void referencesAreLedToVariablesThatBeginAnew() {
    LinkedObject data = add("data", "int counter = 10; int own(void) { return ++counter; }");
    add("user", "extern int counter; int *word = &counter; int use(void) { return ++counter; }");
    assertThat(call("use")).isEqualTo(11);
    assertThat(call("own")).isEqualTo(12);
    long before = session.lookup(main, "counter").address();

    data.replace(Compiler.c("data2", "int counter = 100; int own(void) { return counter += 2; }"));

    assertThat(session.lookup(main, "counter").address()).isNotEqualTo(before);
    assertThat(call("use")).isEqualTo(101);
    assertThat(call("own")).isEqualTo(103);
    assertThat(layer.usersOf(main, "counter")).hasSize(2);
    memoryIsAsLinked();
  }

  @Test
  void directReferencesToVariablesArePatchedOrRefusedWithAWayOut() {
    LinkedObject data = add("data", "int counter = 10;");
    StringBuilder source = new StringBuilder("extern int counter;");
    for (int i = 0; i < 8; i++) {
      source.append(
          "int use%d(void) { %s return counter; }".formatted(i, "__asm__(\"nop\");".repeat(i)));
    }
    add("user", source.toString(), "-fPIE", "-falign-functions=8", "-fcf-protection=none");
    assertThat(call("use0")).isEqualTo(10);

    assertThatThrownBy(() -> data.replace(Compiler.c("data2", "int counter = 20;")))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("counter moves, but user.o refers to it directly")
        .hasMessageContaining("-fPIC");

    assertThat(call("use0")).isEqualTo(10);
    memoryIsAsLinked();
  }

  @Test
  void directReferencesInsideOfOneWordArePatched() {
    LinkedObject data = add("data", "int counter = 10;");
    add(
        "user",
        "extern int counter; int use(void) { return counter; }",
        "-fPIE",
        "-fcf-protection=none");
    assertThat(call("use")).isEqualTo(10);

    data.replace(Compiler.c("data2", "int counter = 20;"));

    assertThat(call("use")).isEqualTo(20);
    memoryIsAsLinked();
  }

  @Test
  void variablesKeepTheirPlaceAndValueOnRequest() {
    LinkedObject data = add("data", "int counter = 10; int next(void) { return ++counter; }");
    assertThat(call("next")).isEqualTo(11);

    Replacement done =
        data.replace(
            Compiler.c(
                "data2",
                "int counter = 10; int extra = 5; int next(void) { return counter += extra; }"),
            DataPolicy.KEEP);

    assertThat(call("next")).isEqualTo(16);
    assertThat(call("next")).isEqualTo(21);
    assertThat(data.pinnedBy()).hasSizeGreaterThan(1);
    assertThatThrownBy(data::release)
        .isInstanceOf(ObjectInUseException.class)
        .hasMessageContaining("counter");
    done.rollBack();
    assertThat(call("next")).isEqualTo(22);
    memoryIsAsLinked();
  }

  @Test
  void aVariableOfAnotherSizeCannotBeKept() {
    LinkedObject data = add("data", "int counter = 10; int get(void) { return counter; }");
    call("get");

    assertThatThrownBy(() ->
            data.replace(
                Compiler.c("data2", "long counter = 10; int get(void) { return 5; }"),
                DataPolicy.KEEP))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("it has 4 bytes")
        .hasMessageContaining("wants 8 bytes")
        .hasMessageContaining("REINITIALISE");
    assertThat(call("get")).isEqualTo(10);
    assertThat(session.jitDylibs()).hasSize(1);
  }

  @Test
  void aFailedLinkLeavesTheOldVersionServing() {
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    call("logic");
    MemoryLedger before = layer.ledger();

    assertThatThrownBy(() ->
            logic.replace(
                Compiler.c("logic2", "int absent(void); int logic(void) { return absent(); }")))
        .hasStackTraceContaining("absent");

    assertThat(call("logic")).isEqualTo(1);
    assertThat(logic.state()).isEqualTo(LinkedObject.State.LINKED);
    assertThat(layer.ledger()).isEqualTo(before);
    assertThat(session.jitDylibs()).hasSize(1);
    logic.replace(Compiler.c("logic3", "int logic(void) { return 3; }"));
    assertThat(call("logic")).isEqualTo(3);
  }

  @Test
  void aSymbolThatOthersUseCannotVanish() {
    LinkedObject logic = add("logic", "int one(void) { return 1; } int two(void) { return 2; }");
    add("user", "int one(void); int use(void) { return one(); }");
    call("use");

    assertThatThrownBy(() -> logic.replace(Compiler.c("logic2", "int two(void) { return 22; }")))
        .isInstanceOf(ObjectInUseException.class)
        .hasMessageContaining("one is used by user.o: use+0x")
        .hasMessageContaining("BranchPCRel32");
    assertThat(call("two")).isEqualTo(2);

    logic.replace(Compiler.c("logic3", "int one(void) { return 11; }"));
    assertThat(call("use")).isEqualTo(11);
    assertThatThrownBy(() -> call("two")).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void aFunctionCannotBecomeAVariable() {
    LinkedObject logic =
        add("logic", "int thing(void) { return 1; } int other(void) { return 2; }");
    call("thing");

    assertThatThrownBy(() ->
            logic.replace(Compiler.c("logic2", "int thing = 1; int other(void) { return 3; }")))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("thing was a function and would become a variable");
    assertThat(call("other")).isEqualTo(2);
  }

  @Test
  void anUpdateReplacesRemovesAndAddsAtOnce() {
    LinkedObject a = add("a", "int b(void); int a(void) { return b() + 1; }");
    LinkedObject b = add("b", "int b(void) { return 10; }");
    assertThat(call("a")).isEqualTo(11);
    assertThatThrownBy(() -> layer.update(update -> update.remove(b)))
        .isInstanceOf(ObjectInUseException.class);

    layer.update(update -> {
      update.replace(a, Compiler.c("a2", "int c(void); int a(void) { return c() + 2; }"));
      update.remove(b);
      update.add(Compiler.c("c", "int c(void) { return 100; }"));
    });

    assertThat(call("a")).isEqualTo(102);
    assertThat(call("c")).isEqualTo(100);
    assertThat(b.state()).isEqualTo(LinkedObject.State.REMOVED);
    assertThatThrownBy(() -> call("b")).isInstanceOf(SymbolsNotFoundException.class);
    memoryIsAsLinked();
  }

  @Test
  void aFunctionMovesFromOneObjectToAnother() {
    LinkedObject a = add("a", "int moving(void) { return 1; } int a(void) { return 5; }");
    LinkedObject b = add("b", "int b(void) { return 6; }");
    add("user", "int moving(void); int use(void) { return moving(); }");
    call("use");
    call("b");

    layer.update(update -> {
      update.replace(a, Compiler.c("a2", "int a(void) { return 7; }"));
      update.replace(
          b, Compiler.c("b2", "int b(void) { return 8; } int moving(void) { return 2; }"));
    });
    a.release();

    assertThat(call("use")).isEqualTo(2);
    assertThat(call("moving")).isEqualTo(2);
    memoryIsAsLinked();
  }

  @Test
  void aNewNameMustNotBelongToAnotherObject() {
    LinkedObject a = add("a", "int a(void) { return 1; }");
    add("b", "int b(void) { return 2; }");
    call("a");
    call("b");

    assertThatThrownBy(() ->
            a.replace(Compiler.c("a2", "int a(void) { return 3; } int b(void) { return 4; }")))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("a2.o defines b, which another object of \"main\" has already");
    assertThat(call("a")).isEqualTo(1);
    assertThat(call("b")).isEqualTo(2);
  }

  @Test
  void callsThatRunGoOnAndLiveObjectsGetNewMethods() {
    String base = "struct Shape { virtual int area() = 0; }; ";
    LinkedObject square =
        layer.add(
            main,
            Compiler.cpp(
                "square",
                base
                    + "struct Square : Shape { int area() override; }; int Square::area() { return 4; }"
                    + "extern \"C\" Shape *make() { static Square square; return &square; }"));
    layer.add(
        main,
        Compiler.cpp(
            "user",
            base
                + "extern \"C\" Shape *make(); static Shape *live;"
                + "extern \"C\" int measure() { if (!live) live = make(); return live->area(); }"));
    main.addGenerator(LibrarySymbols.open("libstdc++.so.6"));
    assertThat(call("measure")).isEqualTo(4);

    square.replace(
        Compiler.cpp(
            "square2",
            base
                + "struct Square : Shape { int area() override; }; int Square::area() { return 9; }"
                + "extern \"C\" Shape *make() { static Square square; return &square; }"));

    assertThat(call("measure")).isEqualTo(9);
  }

  @Test
  void anObjectThatWasNeverSearchedIsReplaced() {
    LinkedObject lazy = add("lazy", "int lazy(void) { return 1; }");

    lazy.replace(Compiler.c("lazy2", "int lazy(void) { return 2; }"));

    assertThat(call("lazy")).isEqualTo(2);
  }

  /** A function whose address is not known before the test says so. */
  private static final class LateFunction extends MaterializationUnit {
    private final CompletableFuture<MaterializationResponsibility> asked =
        new CompletableFuture<>();

    LateFunction() {
      super(
          new Interface(
              Map.of("late", SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE))));
    }

    @Override
    public String name() {
      return "late";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      asked.complete(responsibility);
    }

    @Override
    protected void discard(JITDylib dylib, String name) {}

    void arrive(ExecutorSymbolDef definition) {
      MaterializationResponsibility responsibility = asked.join();
      responsibility.notifyResolved(SymbolMap.builder().put("late", definition).build());
      responsibility.notifyEmitted(List.of());
    }
  }

  private static final String USES_BOTH =
      "extern int variable; int late(void);" + "int user(void) { return %d * variable + late(); }";

  private CompletableFuture<SymbolMap> beginToLink(String name) {
    return session.lookup(
        LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of(name), SymbolState.READY);
  }

  @Test
  void aLinkUnderWayIsLedToVariablesThatMoveMeanwhile() {
    LinkedObject data = add("data", "int variable = 1; int zero(void) { return 0; }");
    ExecutorSymbolDef zero = session.lookup(main, "zero");
    LateFunction late = new LateFunction();
    main.define(late);
    add("user", USES_BOTH.formatted(1));
    CompletableFuture<SymbolMap> linking = beginToLink("user");
    assertThat(linking).isNotDone();

    for (int value = 2; value <= 4; value++) {
      String next = "int variable = %d; int zero(void) { return 0; }".formatted(value);
      data.current().replace(Compiler.c("data", next));
    }
    late.arrive(zero);

    assertThat(linking).isCompleted();
    assertThat(call("user")).isEqualTo(4);
    memoryIsAsLinked();
  }

  @Test
  void anObjectThatIsBeingLinkedIsReplacedWhenItsLinkHasEnded() throws Exception {
    add("data", "int variable = 1; int zero(void) { return 0; }");
    ExecutorSymbolDef zero = session.lookup(main, "zero");
    LateFunction late = new LateFunction();
    main.define(late);
    LinkedObject user = add("user", USES_BOTH.formatted(1));
    CompletableFuture<SymbolMap> linking = beginToLink("user");
    var next = Compiler.c("user2", USES_BOTH.formatted(10));
    CompletableFuture<Replacement> update =
        CompletableFuture.supplyAsync(() -> user.replace(next), task -> new Thread(task).start());

    late.arrive(zero);

    assertThat(update.get(20, TimeUnit.SECONDS).objects()).hasSize(1);
    assertThat(linking).isCompleted();
    assertThat(call("user")).isEqualTo(10);
    assertThat(user.current().generation()).isEqualTo(2);
    memoryIsAsLinked();
  }

  @Test
  void aReplacedObjectDependsOnWhatItsNewVersionNeeds() {
    add("lib", "int one(void) { return 1; } int two(void) { return 2; }");
    LinkedObject user = add("user", "int one(void); int user(void) { return one(); }");
    assertThat(call("user")).isEqualTo(1);
    SymbolInstance using = new SymbolInstance(main, "user");
    assertThat(session.usersOf(main, "one").symbols()).containsExactly(using);

    user.replace(Compiler.c("user2", "int two(void); int user(void) { return two(); }"));

    assertThat(call("user")).isEqualTo(2);
    assertThat(session.usersOf(main, "one").symbols()).isEmpty();
    assertThat(session.usersOf(main, "two").symbols()).containsExactly(using);
  }

  @Test
  void memoryOfManyVersionsIsGivenBack() {
    LinkedObject logic = add("logic", "int logic(void) { return 0; } int data = 1;");
    call("logic");
    long before = layer.ledger().total();
    for (int i = 1; i <= 50; i++) {
      LinkedObject old = logic.current();
      logic.replace(
          Compiler.c("logic", "int logic(void) { return %d; } int data = 1;".formatted(i % 3)));
      old.release();
      assertThat(call("logic")).isEqualTo(i % 3);
    }

    assertThat(layer.ledger().total()).isLessThan(before + 64);
    assertThat(layer.objects()).hasSize(1);
    assertThat(session.jitDylibs()).containsExactly(main);
    assertThat(main.asides()).hasSize(1);
    logic.remove();
    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
    assertThat(main.asides()).isEmpty();
  }

  @Test
  void removingTheTrackerFreesAllVersions() {
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    call("logic");
    logic.replace(
        Compiler.c("logic2", "int logic(void) { return 2; } int more(void) { return 3; }"));
    assertThat(call("more")).isEqualTo(3);

    main.clear();

    assertThat(layer.objects()).isEmpty();
    assertThat(session.jitDylibs()).hasSize(1);
    add("again", "int logic(void) { return 7; } int more(void) { return 8; }");
    assertThat(call("logic")).isEqualTo(7);
  }

  @Test
  void listenersHearOfUpdatesAndMayNotNestThem() {
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    call("logic");
    List<Replacement> heard = new ArrayList<>();
    layer.addListener(heard::add);

    Replacement done = logic.replace(Compiler.c("logic2", "int logic(void) { return 2; }"));

    assertThat(heard).containsExactly(done);
  }

  @Test
  void placesAreFoundByAddress() {
    LinkedObject logic = add("logic", "int logic(void) { return 1; } int data[4];");
    long entry = session.lookup(main, "logic").address();
    long data = session.lookup(main, "data").address();
    logic.replace(Compiler.c("logic2", "int logic(void) { return 2; } int data[4];"));

    assertThat(layer.findByAddress(entry))
        .contains(new SymbolPlace(logic.current(), "logic", 0, 2));
    assertThat(layer.findByAddress(data + 5)).contains(new SymbolPlace(logic, "data", 5, 1));
    assertThat(layer.findByAddress(0x1000)).isEmpty();
  }

  @Test
  void aLayerWithoutEntriesReplacesNothing() {
    ObjectLinkingLayer plain =
        ObjectLinkingLayer.withoutEntries(session, InProcessMemoryManager.shared());
    plain.superviseWith(new HostThreads());
    LinkedObject object = plain.add(main, Compiler.c("plain", "int plain(void) { return 1; }"));
    ObjectFile other = Compiler.c("plain2", "int plain(void) { return 2; }");
    DataPlan anew = DataPlan.of(DataPolicy.REINITIALISE);
    Quiescent soon = new Quiescent(Duration.ofSeconds(1));

    assertThatThrownBy(() -> object.replace(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a layer without entries");
    assertThatThrownBy(() -> plain.update(update -> update.replace(object, other, anew), soon))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a layer without entries");
  }
}
