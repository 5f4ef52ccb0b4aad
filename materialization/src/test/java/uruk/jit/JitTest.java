package uruk.jit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.jitlink.LinkException;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.x86_64.X86_64;
import uruk.materialization.BindingPolicy;
import uruk.materialization.Compiler;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolsNotFoundException;

class JitTest {
  private static final FunctionDescriptor INT_INT_INT =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);

  @AutoClose private final Jit jit = Jit.create();

  private void addC(String source) {
    jit.add(Compiler.c("test", source));
  }

  @Test
  void functionsAreCalledByDescriptor() throws Throwable {
    addC("int add(int a, int b) { return a + b; }");

    MethodHandle add = jit.function("add", INT_INT_INT);

    assertThat((int) add.invokeExact(2, 3)).isEqualTo(5);
  }

  @Test
  void objectsInMemoryAreAdded() throws Throwable {
    byte[] add = Compiler.bytes("gcc", "add.c", "int add(int a, int b) { return a + b; }");
    byte[] subtract = Compiler.bytes("gcc", "sub.c", "int sub(int a, int b) { return a - b; }");

    LinkedObject first = jit.add(add);
    LinkedObject second;
    try (Arena arena = Arena.ofConfined()) {
      second = jit.add(arena.allocateFrom(ValueLayout.JAVA_BYTE, subtract));
    }

    assertThat((int) jit.function("add", INT_INT_INT).invokeExact(2, 3)).isEqualTo(5);
    assertThat((int) jit.function("sub", INT_INT_INT).invokeExact(2, 3)).isEqualTo(-1);
    assertThat(List.of(first.name(), second.name())).containsExactly("object-1", "object-2");
  }

  @Test
  void bytesThatAreNoObjectAreRefusedAndTheProgramGoesOn() throws Throwable {
    assertThatThrownBy(() -> jit.add(new byte[] {1, 2, 3}))
        .isInstanceOf(LinkException.class)
        .hasMessageStartingWith("object-1:");
    assertThatThrownBy(() -> jit.add(MemorySegment.NULL)).isInstanceOf(LinkException.class);
    addC("int good(void) { return 6; }");
    assertThat((int) jit.function("int good(void)").invokeExact()).isEqualTo(6);
  }

  /** What a target from outside would be: here, x86-64 with a name of its own. */
  private static Target renamed(Target target, String name) {
    return (Target)
        Proxy.newProxyInstance(
            JitTest.class.getClassLoader(),
            new Class<?>[] {Target.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "name" -> name;
                  case "equals" -> self == arguments[0];
                  default -> method.invoke(target, arguments);
                });
  }

  @Test
  void aTargetFromOutsideReadsTheObjects() throws Throwable {
    Target own = renamed(X86_64.INSTANCE, "our own");
    List<String> names = new ArrayList<>();
    try (Jit other = Jit.builder().target(own).create()) {
      other
          .objects()
          .addPlugin(
              new LinkPlugin() {
                @Override
                public void modifyPassConfiguration(
                    LinkedObject object,
                    MaterializationResponsibility responsibility,
                    LinkGraph graph,
                    PassConfiguration passes) {
                  names.add(graph.target().name());
                }
              });
      other.add(Compiler.bytes("gcc", "add.c", "int add(int a, int b) { return a + b; }"));

      assertThat((int) other.function("add", INT_INT_INT).invokeExact(2, 3)).isEqualTo(5);
    }
    assertThat(names).containsExactly("our own");
  }

  @ParameterizedTest
  @EnumSource(BindingPolicy.class)
  void callsAreBoundByTheChosenPolicy(BindingPolicy policy) throws Throwable {
    try (Jit chosen = Jit.builder().bindingPolicy(policy).create()) {
      chosen.add(Compiler.c("callee", "int callee(int n) { return n + 1; }"));
      chosen.add(
          Compiler.c(
              "caller",
              "int callee(int); int caller(int n) { return callee(n) + callee(n + 1)"
                  + " + callee(n + 2) + callee(n + 3) + callee(n + 4); }"));

      assertThat((int) chosen.function("int caller(int)").invokeExact(0)).isEqualTo(15);
      boolean allThroughEntries =
          calls(chosen.symbols().findOrThrow("caller").address()).stream()
              .allMatch(InProcessMemoryManager.shared()::isEntry);
      assertThat(allThroughEntries).isEqualTo(policy == BindingPolicy.STUB);
    }
  }

  /** {@return where the five calls of a function lead} */
  private static List<Long> calls(long function) {
    long code = InProcessMemoryManager.shared().targetIfEntry(function);
    MemorySegment memory = MemorySegment.ofAddress(code).reinterpret(200);
    List<Long> targets = new ArrayList<>();
    for (long at = 0; targets.size() < 5; at++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at) == (byte) 0xe8) {
        targets.add(code + at + 5 + memory.get(ValueLayout.JAVA_INT_UNALIGNED, at + 1));
      }
    }
    return targets;
  }

  @Test
  void functionsAreCalledByDeclaration() throws Throwable {
    addC("double scale(double x, long n) { return x * n; }");

    assertThat((double) jit.function("double scale(double x, long n)").invokeExact(1.5, 4L))
        .isEqualTo(6.0);
  }

  @Test
  void variadicFunctionsAreCalled() throws Throwable {
    addC("#include <stdio.h>\nchar text[100];");
    MethodHandle print =
        jit.function("int snprintf(char *, size_t, const char *, ..., int, double)");
    MemorySegment text =
        jit.variable("text", MemoryLayout.sequenceLayout(100, ValueLayout.JAVA_BYTE));
    try (Arena arena = Arena.ofConfined()) {
      int length = (int) print.invokeExact(text, 100L, arena.allocateFrom("%d %.2f"), 7, 1.5);

      assertThat(length).isEqualTo(6);
      assertThat(text.getString(0)).isEqualTo("7 1.50");
    }
  }

  @Test
  void variablesAreReadAndWritten() throws Throwable {
    addC("int counter = 5; int next(void) { return ++counter; }");
    MemorySegment counter = jit.variable("counter", JAVA_INT);

    counter.set(JAVA_INT, 0, 41);

    assertThat((int) jit.function("int next(void)").invokeExact()).isEqualTo(42);
    assertThat(counter.get(JAVA_INT, 0)).isEqualTo(42);
  }

  @Test
  void aHandleOfARemovedFunctionThrowsNamingIt() throws Throwable {
    ResourceTracker tracker = jit.main().createResourceTracker();
    jit.objects().add(tracker, Compiler.c("gone", "int gone(int a, int b) { return a; }"));
    MethodHandle gone = jit.function("gone", INT_INT_INT);
    assertThat((int) gone.invokeExact(1, 2)).isEqualTo(1);

    tracker.remove();

    assertThatThrownBy(
            () -> {
              int unused = (int) gone.invokeExact(1, 2);
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The symbol gone was removed.");
  }

  @Test
  void aMissingFunctionIsNamedWithWhatComesNear() {
    addC("int add(int a, int b) { return a + b; }");

    assertThatThrownBy(() -> jit.function("int ad(int, int)"))
        .isInstanceOf(SymbolsNotFoundException.class)
        .hasMessageContaining("ad")
        .hasMessageContaining("add");
  }

  /** A package-private interface with all kinds of types. */
  interface Library {
    int add(int a, int b);

    @NativeSymbol("scaled")
    double scale(double x, float f, long n, short s, byte b, boolean flag, char c);

    int length(String text);

    String greet(String name, String greeting);

    MemorySegment self(MemorySegment pointer);

    void store(int value);

    @NativeSymbol(signature = "struct { int x, y; } swap(struct { int x, y; })")
    MemorySegment swap(MemorySegment pair);

    default int addTwice(int a, int b) {
      return add(add(a, b), b);
    }
  }

  private static final String LIBRARY =
      """
      #include <string.h>
      #include <stdio.h>
      #include <stdbool.h>
      int stored;
      int add(int a, int b) { return a + b; }
      double scaled(double x, float f, long n, short s, signed char b, bool flag, unsigned short c) {
        return x + f + n + s + b + flag + c;
      }
      int length(const char *s) { return s ? (int) strlen(s) : -1; }
      const char *greet(const char *name, const char *greeting) {
        static char text[100];
        snprintf(text, 100, "%s, %s!", greeting, name);
        return text;
      }
      void *self(void *p) { return p; }
      void store(int value) { stored = value; }
      struct pair { int x, y; };
      struct pair swap(struct pair p) { struct pair q = { p.y, p.x }; return q; }
      """;

  @Test
  void interfacesAreImplementedByFunctions() {
    addC(LIBRARY);

    Library library = jit.bind(Library.class);

    assertThat(library.add(2, 3)).isEqualTo(5);
    assertThat(library.addTwice(2, 3)).isEqualTo(8);
    assertThat(library.scale(1.5, 0.5f, 10, (short) -1, (byte) -2, true, (char) 3)).isEqualTo(13.0);
    assertThat(library.length("grüße")).isEqualTo(7);
    assertThat(library.length(null)).isEqualTo(-1);
    assertThat(library.greet("world", "hello")).isEqualTo("hello, world!");
    assertThat(library.self(MemorySegment.ofAddress(0x1234)).address()).isEqualTo(0x1234);
    library.store(77);
    assertThat(jit.variable("stored", JAVA_INT).get(JAVA_INT, 0)).isEqualTo(77);
  }

  @Test
  void structuresByValueTravelAsMemorySegments() {
    addC(LIBRARY);
    Library library = jit.bind(MethodHandles.lookup(), Library.class);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocateFrom(JAVA_INT, 1, 2);

      MemorySegment swapped = library.swap(pair);

      assertThat(swapped.toArray(JAVA_INT)).containsExactly(2, 1);
    }
  }

  private interface Hidden {
    int add(int a, int b);
  }

  @Test
  void privateInterfacesAreBound() {
    addC(LIBRARY);

    assertThat(jit.bind(Hidden.class).add(1, 1)).isEqualTo(2);
  }

  interface Untranslatable {
    int add(Object a, int b);
  }

  @Test
  void aTypeWithoutALayoutIsRefusedSayingWhatToUse() {
    addC(LIBRARY);

    assertThatThrownBy(() -> jit.bind(Untranslatable.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.Object has no native layout")
        .hasMessageContaining("@NativeSymbol");
  }

  @Test
  void javaIsCalledUnderASymbol() throws Throwable {
    jit.define("combine", IntBinaryOperator.class, (a, b) -> a * 10 + b);
    addC("int combine(int, int); int use(int n) { return combine(n, 7); }");

    assertThat((int) jit.function("int use(int)").invokeExact(4)).isEqualTo(47);
  }

  @Test
  void aSymbolThatCallsJavaGoesWithItsArena() throws Throwable {
    MethodHandle twice =
        MethodHandles.lookup()
            .findStatic(JitTest.class, "twice", MethodType.methodType(int.class, int.class));
    try (Arena arena = Arena.ofConfined()) {
      jit.define("twice", twice, FunctionDescriptor.of(JAVA_INT, JAVA_INT), arena);
      assertThat((int) jit.function("int twice(int)").invokeExact(21)).isEqualTo(42);
    }

    assertThatThrownBy(() -> jit.function("int twice(int)"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void anObjectOfJavaUnderASymbolGoesWithItsArena() throws Throwable {
    MethodHandle combine;
    try (Arena arena = Arena.ofShared()) {
      jit.define("combine", IntBinaryOperator.class, (a, b) -> a * 10 + b, arena);
      combine = jit.function("combine", INT_INT_INT);
      assertThat((int) combine.invokeExact(4, 7)).isEqualTo(47);
    }

    assertThatThrownBy(
            () -> {
              int unused = (int) combine.invokeExact(4, 7);
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The symbol combine was removed.");
    jit.define("combine", IntBinaryOperator.class, (a, b) -> a - b);
    assertThat((int) jit.function("combine", INT_INT_INT).invokeExact(4, 7)).isEqualTo(-3);
  }

  @Test
  void aHandleOfASymbolThatCalledJavaThrowsNamingIt() throws Throwable {
    MethodHandle twice;
    try (Arena arena = Arena.ofConfined()) {
      jit.define("twice", twiceHandle(), FunctionDescriptor.of(JAVA_INT, JAVA_INT), arena);
      twice = jit.function("int twice(int)");
      assertThat((int) twice.invokeExact(4)).isEqualTo(8);
    }

    assertThatThrownBy(
            () -> {
              int unused = (int) twice.invokeExact(4);
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The symbol twice was removed.");
  }

  private static MethodHandle twiceHandle() throws ReflectiveOperationException {
    return MethodHandles.lookup()
        .findStatic(JitTest.class, "twice", MethodType.methodType(int.class, int.class));
  }

  @Test
  void aHandleOfAFunctionInAnotherDylibThrowsWhenThatIsRemoved() throws Throwable {
    JITDylib library = jit.session().createJITDylib("library");
    jit.main().addToLinkOrder(library, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
    LinkedObject object =
        jit.objects().add(library, Compiler.c("far", "int far(int a, int b) { return a - b; }"));
    MethodHandle far = jit.function("far", INT_INT_INT);
    assertThat((int) far.invokeExact(3, 1)).isEqualTo(2);

    object.remove();

    assertThatThrownBy(
            () -> {
              int unused = (int) far.invokeExact(3, 1);
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The symbol far was removed.");
  }

  @Test
  void aBoundInterfaceOfARemovedFunctionThrowsNamingIt() {
    LinkedObject object = jit.add(Compiler.c("test", LIBRARY));
    Library library = jit.bind(Library.class);

    object.remove();

    assertThatThrownBy(() -> library.add(1, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The symbol add was removed.");
  }

  @Test
  void initializersRunWithoutACall() {
    addC(
        "int ready; __attribute__((constructor)) static void start(void) { ready = 7; }"
            + " __attribute__((destructor)) static void stop(void) { ready = 8; }");
    jit.initialize();
    MemorySegment ready = jit.variable("ready", JAVA_INT);
    assertThat(ready.get(JAVA_INT, 0)).isEqualTo(7);

    jit.deinitialize();

    assertThat(ready.get(JAVA_INT, 0)).isEqualTo(8);
  }

  @Test
  void structuresByValueAreCalledByDeclaration() throws Throwable {
    addC(LIBRARY);
    MethodHandle swap = jit.function("struct { int x, y; } swap(struct { int x, y; })");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocateFrom(JAVA_INT, 1, 2);

      MemorySegment swapped = (MemorySegment) swap.invokeExact((SegmentAllocator) arena, pair);

      assertThat(swapped.toArray(JAVA_INT)).containsExactly(2, 1);
    }
  }

  @Test
  void optionsOfTheLinkerArePassedOn() throws Throwable {
    addC("int add(int a, int b) { return a + b; }");

    MethodHandle add = jit.function("add", INT_INT_INT, Linker.Option.critical(false));

    assertThat((int) add.invokeExact(2, 3)).isEqualTo(5);
  }

  private static int twice(int n) {
    return n + n;
  }

  @Test
  void symbolsServeCodeWrittenForeignFunctions() throws Throwable {
    addC(LIBRARY);
    MemorySegment add = jit.symbols().findOrThrow("add");

    MethodHandle handle = Linker.nativeLinker().downcallHandle(add, INT_INT_INT);

    assertThat((int) handle.invokeExact(2, 2)).isEqualTo(4);
    assertThat(jit.symbols().find("absent_symbol")).isEmpty();
  }

  @Test
  void functionPointersOfJavaAreTaken() throws Throwable {
    addC(
        "int apply(int (*f)(int, int), int n) { return f(n, n); } int mul(int a, int b) { return a * b; }");
    MethodHandle apply = jit.function("apply", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    assertThat((int) apply.invokeExact(jit.symbols().findOrThrow("mul"), 6)).isEqualTo(36);
  }

  @Test
  void aWarningAboutASymbolIsToldWhenItIsUsed() throws Throwable {
    List<String> warnings = new ArrayList<>();
    try (Jit warned = Jit.builder().warnings(warnings::add).create()) {
      warned.add(
          Compiler.c(
              "definer",
              "static const char text[] __attribute__((section(\".gnu.warning.risky\"), used)) ="
                  + " \"risky is risky\"; int risky(void) { return 1; } int safe(void) { return 2; }"));
      warned.add(Compiler.c("careful", "int safe(void); int careful(void) { return safe(); }"));
      warned.add(Compiler.c("bold", "int risky(void); int bold(void) { return risky(); }"));

      assertThat((int) warned.function("int careful(void)").invokeExact()).isEqualTo(2);
      assertThat(warnings).isEmpty();
      assertThat((int) warned.function("int bold(void)").invokeExact()).isEqualTo(1);
    }
    assertThat(warnings).containsExactly("bold.o: warning: risky is risky");
  }

  @Test
  void closingGoesOnWhenACallBackInAFinalizerThrows() throws Throwable {
    List<Throwable> errors = new ArrayList<>();
    List<String> ran = new ArrayList<>();
    Jit closed = Jit.builder().errorReporter(errors::add).create();
    closed.define(
        "failing",
        Runnable.class,
        () -> {
          throw new IllegalStateException("from Java");
        });
    closed.define("next", Runnable.class, () -> ran.add("next"));
    closed.add(
        Compiler.c(
            "finalizers",
            "void failing(void); void next(void); int f(void) { return 1; }"
                + "__attribute__((destructor(600))) static void first(void) { failing(); }"
                + "__attribute__((destructor(500))) static void second(void) { next(); }"));
    assertThat((int) closed.function("f", FunctionDescriptor.of(JAVA_INT)).invoke()).isEqualTo(1);

    closed.close();

    assertThat(ran).containsExactly("next");
    assertThat(errors).singleElement().satisfies(e -> assertThat(e).hasMessage("from Java"));
    assertThat(closed.objects().objects()).isEmpty();
  }
}
