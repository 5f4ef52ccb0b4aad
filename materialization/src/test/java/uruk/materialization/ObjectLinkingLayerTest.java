package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Target;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.x86_64.X86_64EdgeKind;
import uruk.materialization.MemoryLedger.Kind;
import uruk.orc.DuplicateDefinitionException;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

class ObjectLinkingLayerTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  @BeforeEach
  void processIsVisible() {
    main.addGenerator(ProcessSymbols.all());
  }

  private long call(String function, long... arguments) {
    long address = session.lookup(main, function).address();
    long a = arguments.length > 0 ? arguments[0] : 0;
    long b = arguments.length > 1 ? arguments[1] : 0;
    return (int) NativeCall.call(address, a, b);
  }

  @Test
  void objectsThatReferToEachOtherAreLinked() {
    layer.add(
        main,
        Compiler.c("even", "int odd(int n); int even(int n) { return n == 0 || odd(n - 1); }"));
    layer.add(
        main,
        Compiler.c("odd", "int even(int n); int odd(int n) { return n != 0 && even(n - 1); }"));

    assertThat(call("even", 10)).isEqualTo(1);
    assertThat(call("odd", 10)).isEqualTo(0);
  }

  @Test
  void linksEndOnTheExecutorAndOthersBeginMeanwhile() {
    Queue<Runnable> given = new ArrayDeque<>();
    layer.finishLinksOn(given::add);
    LinkedObject even =
        layer.add(
            main,
            Compiler.c("even", "int odd(int n); int even(int n) { return n == 0 || odd(n - 1); }"));
    LinkedObject odd =
        layer.add(
            main,
            Compiler.c("odd", "int even(int n); int odd(int n) { return n != 0 && even(n - 1); }"));

    CompletableFuture<SymbolMap> found = lookUp("even");
    assertThat(given).as("both have found their symbols").hasSize(2);
    given.remove().run();
    assertThat(found).as("needs both").isNotDone();
    given.remove().run();

    assertThat(found).isCompleted();
    assertThat(List.of(even.state(), odd.state())).containsOnly(LinkedObject.State.LINKED);
    assertThat(call("even", 10)).isEqualTo(1);
  }

  @Test
  void linksThatFailOnTheExecutorFailTheirLookUps() {
    Queue<Runnable> given = new ArrayDeque<>();
    layer.finishLinksOn(given::add);
    layer.add(main, Compiler.c("user", "int missing(void); int user(void) { return missing(); }"));

    CompletableFuture<SymbolMap> found = lookUp("user");
    given.remove().run();

    assertThatThrownBy(found::join).hasStackTraceContaining("missing");
  }

  private CompletableFuture<SymbolMap> lookUp(String name) {
    return session.lookup(
        LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of(name), SymbolState.READY);
  }

  @Test
  void objectsAreLinkedOnlyWhenLookedUp() {
    LinkedObject used = layer.add(main, Compiler.c("used", "int used(void) { return 1; }"));
    LinkedObject unused = layer.add(main, Compiler.c("unused", "int unused(void) { return 2; }"));

    call("used");

    assertThat(used.state()).isEqualTo(LinkedObject.State.LINKED);
    assertThat(unused.state()).isEqualTo(LinkedObject.State.ADDED);
    assertThat(layer.objects()).containsExactly(used);
  }

  @Test
  void functionsOfTheProcessAreCalled() {
    layer.add(
        main,
        Compiler.c(
            "length",
            "#include <string.h>\nint length(const char *s) { return (int) strlen(s); }"
                + "int five(void) { return length(\"12345\"); }"));

    assertThat(call("five")).isEqualTo(5);
  }

  @Test
  void pointersToAFunctionAreEqualWhereverTheyWereTaken() {
    layer.add(
        main,
        Compiler.c(
            "definer",
            "int f(void) { return 1; } void *own(void) { return (void *) f; }"
                + "void *word = (void *) f; void *stored(void) { return word; }"));
    layer.add(
        main,
        Compiler.c(
            "user",
            "int f(void); void *own(void); void *stored(void);"
                + "int equal(void) { return own() == (void *) f && stored() == (void *) f; }"));

    assertThat(call("equal")).isEqualTo(1);
  }

  @Test
  void dataIsSharedBetweenObjects() {
    layer.add(
        main,
        Compiler.c(
            "counter", "int counter = 40; static int zero[1000]; int *z(void) { return zero; }"));
    layer.add(
        main, Compiler.c("count", "extern int counter; int count(void) { return ++counter; }"));

    assertThat(call("count")).isEqualTo(41);
    assertThat(call("count")).isEqualTo(42);
  }

  @Test
  void aStrongDefinitionWinsOverAWeakOne() {
    layer.add(
        main,
        Compiler.c(
            "weak",
            "__attribute__((weak)) int value(void) { return 1; } int viaWeak(void) { return value(); }"));
    layer.add(main, Compiler.c("strong", "int value(void) { return 2; }"));

    assertThat(call("value")).isEqualTo(2);
    assertThat(call("viaWeak")).isEqualTo(2);
  }

  @Test
  void twoStrongDefinitionsAreRefusedNamingTheSymbol() {
    layer.add(main, Compiler.c("one", "int value(void) { return 1; }"));
    ObjectFile two = Compiler.c("two", "int value(void) { return 2; }");

    assertThatThrownBy(() -> layer.add(main, two))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageContaining("value");
    assertThat(call("value")).isEqualTo(1);
  }

  @Test
  void theLargestCommonDefinitionWins() {
    layer.add(main, Compiler.c("small", "int shared[2];", "-fcommon"));
    layer.add(
        main,
        Compiler.c(
            "large",
            "int shared[64]; int neighbour[64];"
                + "int fill(void) { for (int i = 0; i < 64; i++) shared[i] = i; return neighbour[0] + shared[63]; }",
            "-fcommon"));

    assertThat(call("fill")).isEqualTo(63);
  }

  @Test
  void inlineFunctionsOfTwoObjectsAreOne() {
    String shared =
        "inline int *cell() { static int value = 1; return &value; } struct S { virtual ~S() {} virtual int get() { return *cell(); } };";
    layer.add(
        main,
        Compiler.cpp(
            "left", shared + "extern \"C\" int *left() { S s; return s.get() ? cell() : 0; }"));
    layer.add(
        main,
        Compiler.cpp(
            "right",
            shared
                + "extern \"C\" int *left(); extern \"C\" int same() { return left() == cell(); }"));

    assertThat(call("same")).isEqualTo(1);
  }

  @Test
  void aMissingWeakFunctionIsNull() {
    layer.add(
        main,
        Compiler.c(
            "maybe",
            "__attribute__((weak)) int absent(void); int test(void) { return absent ? absent() : 3; }"));

    assertThat(call("test")).isEqualTo(3);
  }

  @Test
  void aMissingFunctionFailsTheLookUpAndLeavesTheSessionUsable() {
    LinkedObject broken =
        layer.add(
            main, Compiler.c("broken", "int absent(void); int test(void) { return absent(); }"));

    assertThatThrownBy(() -> call("test")).hasStackTraceContaining("absent");
    assertThat(broken.state()).isEqualTo(LinkedObject.State.FAILED);
    assertThat(broken.ledger()).isEqualTo(MemoryLedger.EMPTY);
    layer.add(main, Compiler.c("good", "int good(void) { return 4; }"));
    assertThat(call("good")).isEqualTo(4);
  }

  @Test
  void removingATrackerGivesItsMemoryBack() {
    ResourceTracker tracker = main.createResourceTracker();
    LinkedObject object =
        layer.add(
            tracker,
            Compiler.c("gone", "int gone(void) { return 1; } int data = 5; int zeros[10];"));
    call("gone");
    MemoryLedger ledger = layer.ledger(tracker);
    assertThat(ledger.bytes(Kind.CODE)).isPositive();
    assertThat(ledger.bytes(Kind.WRITABLE)).isEqualTo(4);
    assertThat(ledger.bytes(Kind.ZERO_FILL)).isEqualTo(40);
    assertThat(ledger.bytes(Kind.ENTRIES)).isEqualTo(16);
    assertThat(ledger.bytes(Kind.UNWIND)).isPositive();

    tracker.remove();

    assertThat(object.state()).isEqualTo(LinkedObject.State.REMOVED);
    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
  }

  @Test
  void manyObjectsShareFewMappings() throws IOException {
    ObjectFile file = Compiler.c("tiny", "int tiny(int n) { return n + 1; } int data = 1;");
    layer.add(main, Compiler.c("first", "int first(void) { return 0; }"));
    call("first");
    long before = mappings();
    List<ResourceTracker> trackers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      JITDylib dylib = session.createJITDylib("tiny" + i);
      ResourceTracker tracker = dylib.createResourceTracker();
      trackers.add(tracker);
      layer.add(tracker, file);
      assertThat((int) NativeCall.call(session.lookup(dylib, "tiny").address(), i))
          .isEqualTo(i + 1);
    }

    assertThat(mappings() - before).isLessThan(25);
    trackers.forEach(ResourceTracker::remove);
    assertThat(layer.objects()).hasSize(1);
  }

  private static long mappings() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("uruk")).count();
    }
  }

  @Test
  void largeObjectsGetPagesOfTheirOwn() {
    ResourceTracker tracker = main.createResourceTracker();
    layer.add(
        tracker,
        Compiler.c(
            "large",
            "char big[200000] = {1}; char zeros[300000]; int sum(void) { return big[0] + zeros[299999]; }"));

    assertThat(call("sum")).isEqualTo(1);
    assertThat(layer.ledger(tracker).bytes(Kind.WRITABLE)).isGreaterThanOrEqualTo(200000);
    tracker.remove();
    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
  }

  @Test
  void exceptionsPassThroughLinkedCode() {
    main.addGenerator(LibrarySymbols.open("libstdc++.so.6"));
    layer.add(
        main,
        Compiler.cpp(
            "thrower",
            "#include <stdexcept>\nextern \"C\" void thrower(int n) { if (n) throw std::runtime_error(\"x\"); }"));
    layer.add(
        main,
        Compiler.cpp(
            "catcher",
            "#include <stdexcept>\nextern \"C\" void thrower(int n);"
                + "extern \"C\" int catcher(int n) { try { thrower(n); return 0; } catch (const std::exception &e) { return e.what()[0]; } }"));

    assertThat(call("catcher", 0)).isEqualTo(0);
    assertThat(call("catcher", 1)).isEqualTo('x');
  }

  @Test
  void intermediateCodeIsRefusedWhenItIsAdded() {
    ObjectFile slim =
        Compiler.c("slim", "int f(void) { return 1; }", "-flto", "-fno-fat-lto-objects");

    assertThatThrownBy(() -> layer.add(main, slim))
        .isInstanceOf(UnsupportedObjectException.class)
        .hasMessageContaining("slim.o")
        .hasMessageContaining("Compile without -flto");
  }

  @Test
  void memoryIsComparedWithTheKeptFixups() {
    LinkedObject object =
        layer.add(
            main,
            Compiler.c(
                "checked",
                "#include <string.h>\nint other = 3; int *pointer = &other;"
                    + "int checked(void) { return *pointer + (int) strlen(\"four\"); }"));
    assertThat(call("checked")).isEqualTo(7);
    assertThat(object.verify()).isEmpty();
    assertThat(object.ledger().bytes(Kind.KEPT_RECORDS)).isPositive();
    long pointer = object.codeAddress("pointer").orElseThrow();

    MemorySegment.ofAddress(pointer).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, 0x1234);

    assertThat(object.verify())
        .singleElement()
        .asString()
        .startsWith("Pointer64 at 0x" + Long.toHexString(pointer))
        .endsWith("0x1234 is found");
  }

  @Test
  void graphsBuiltByHandAreLinkedLikeObjects() {
    LinkGraph graph = new LinkGraph("made", InProcessMemoryManager.shared().target());
    Section text = graph.createSection(".text", MemProt.READ_EXEC);
    byte[] jump = {(byte) 0xe9, 0, 0, 0, 0}; // jmp abs
    Block code = graph.createContentBlock(text, jump, 0, 16, 0);
    code.addEdge(X86_64EdgeKind.BRANCH_PC_REL32, 1, graph.addExternalSymbol("abs", 0, false), 0);
    graph.addDefinedSymbol(code, 0, "magnitude", 5, Linkage.STRONG, Scope.DEFAULT, true, false);

    LinkedObject object = layer.add(main.defaultResourceTracker(), graph);

    assertThat(call("magnitude", -7)).isEqualTo(7);
    assertThat(object.ledger().bytes(Kind.CODE)).isEqualTo(5);
    assertThat(object.verify()).isEmpty();
  }

  @Test
  void graphsThatDefineANameTwiceAreRefused() {
    LinkGraph graph = new LinkGraph("made", InProcessMemoryManager.shared().target());
    Section data = graph.createSection(".data", MemProt.READ_WRITE);
    Block block = graph.createContentBlock(data, new byte[8], 0, 8, 0);
    for (int offset = 0; offset < 8; offset += 4) {
      graph.addDefinedSymbol(
          block, offset, "twice", 4, Linkage.STRONG, Scope.DEFAULT, false, false);
    }

    assertThatThrownBy(() -> layer.add(main.defaultResourceTracker(), graph))
        .isInstanceOf(uruk.jitlink.DuplicateDefinitionException.class)
        .hasMessage("In made, duplicate definition of twice");
    assertThat(main.symbols("twice")).isEmpty();
  }

  @Test
  void errorWhileAFileIsReadFailsItsObject() {
    ObjectFile file = Compiler.c("deep", "int deep(void) { return 1; }");
    LinkedObject object =
        layer.add(
            main,
            new ObjectFile() {
              @Override
              public String name() {
                return file.name();
              }

              @Override
              public long size() {
                return file.size();
              }

              @Override
              public Target target() {
                return file.target();
              }

              @Override
              public ObjectInterface symbols() {
                return file.symbols();
              }

              @Override
              public LinkGraph linkGraph(Set<ReadOption> options) {
                throw new StackOverflowError("pretended");
              }
            });

    assertThatThrownBy(() -> session.lookup(main, "deep"))
        .hasRootCauseInstanceOf(StackOverflowError.class);
    assertThat(object.state()).isEqualTo(LinkedObject.State.FAILED);
    assertThat(layer.inFlight(main)).isEmpty();
  }
}
