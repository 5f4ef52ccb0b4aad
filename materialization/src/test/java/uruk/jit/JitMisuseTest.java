package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.LinkException;
import uruk.jitlink.archive.UnreadableFileException;
import uruk.materialization.Compiler;
import uruk.orc.DuplicateDefinitionException;

/** What the facade says of wrong files, wrong functions and calls at the wrong time. */
class JitMisuseTest {
  private static final FunctionDescriptor LONG_LONG = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SAME = MethodHandles.identity(long.class);

  @TempDir private Path folder;
  @AutoClose private final Jit jit = Jit.create();

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] object() {
    return Compiler.bytes("gcc", "add.c", "int add(int a, int b) { return a + b; }");
  }

  @Test
  void filesThatAreNoObjectsAreRefusedSayingWhatTheyAre() throws IOException {
    assertRefused("source.c", "int x;".getBytes(US_ASCII), "this is a text file", "with -c");
    assertRefused("empty.o", new byte[0], "this is an empty file");
    assertRefused(
        "library.a", "!<arch>\n".getBytes(US_ASCII), "this is an archive", "Add it as an archive");
    assertRefused("bitcode.bc", new byte[] {'B', 'C', (byte) 0xc0, (byte) 0xde}, "-flto");
    byte[] object = object();
    assertRefused("half.o", Arrays.copyOf(object, object.length / 2), "beyond the end");
    assertThat(jit.symbols().find("add")).isEmpty();
  }

  private void assertRefused(String name, byte[] content, String... words) throws IOException {
    Path file = file(name, content);
    assertThatThrownBy(() -> jit.add(file))
        .isInstanceOf(LinkException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(words);
  }

  @Test
  void filesThatCannotBeReadAreNamedWithTheReason() {
    assertThatThrownBy(() -> jit.add(folder.resolve("absent.o")))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageEndingWith("absent.o: no such file. Check the path.");
    for (Path odd : List.of(folder, Path.of("/dev/zero"))) {
      assertThatThrownBy(() -> jit.add(odd))
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageContaining("is not a regular file");
    }
  }

  @Test
  void anObjectIsNoArchive() throws IOException {
    Path object = file("add.o", object());
    assertThatThrownBy(() -> jit.addArchive(object))
        .isInstanceOf(LinkException.class)
        .hasMessageContaining("this is a relocatable ELF object and no archive")
        .hasMessageContaining("ar rcs");
  }

  @Test
  void aSymbolIsDefinedWhollyOrNotAtAll() throws Throwable {
    jit.add(object());
    jit.define("twice", SAME, LONG_LONG);
    assertThatThrownBy(() -> jit.define("add", SAME, LONG_LONG))
        .isInstanceOf(DuplicateDefinitionException.class);
    assertThatThrownBy(() -> jit.define("wrong", SAME, FunctionDescriptor.of(JAVA_INT, JAVA_INT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(long)long cannot be called with the C types (i4)i4");
    assertThatThrownBy(() -> jit.define("nobody", Runnable.class, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("implementation");
    Arena closed = Arena.ofConfined();
    closed.close();
    assertThatThrownBy(() -> jit.define("late", SAME, LONG_LONG, closed))
        .isInstanceOf(IllegalStateException.class);
    for (String name : List.of("wrong", "nobody", "late")) {
      assertThat(jit.symbols().find(name)).as(name).isEmpty();
    }
    assertThat((int) jit.function("int add(int, int)").invokeExact(2, 3)).isEqualTo(5);
  }

  @Test
  void interfacesOfOneMethodOnlyAreDefined() {
    assertThatThrownBy(() -> jit.define("two", Dialog.class, new Dialog() {}))
        .hasMessageContaining("is not an interface with one abstract method");
    assertThatThrownBy(() -> jit.define("compare", Comparator.class, (a, b) -> 0))
        .hasMessageContaining("java.lang.Object has no native layout");
  }

  private interface Dialog {
    default void nothing() {}
  }

  /** As {@link Comparator}, it declares anew what every object has. */
  private interface Order {
    int compare(int a, int b);

    @Override
    boolean equals(Object other);
  }

  @Test
  void methodsThatEveryObjectHasDoNotCount() throws Throwable {
    jit.define("order", Order.class, (a, b) -> a - b);
    assertThat((int) jit.function("int order(int, int)").invokeExact(5, 3)).isEqualTo(2);
  }

  @Test
  void argumentsWithZerosAreRefused() {
    jit.add(Compiler.c("main", "int main(void) { return 0; }"));
    assertThatThrownBy(() -> jit.runMain("main", List.of("a\0b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a?b' has a zero in it");
  }

  @Test
  void aProgramRunsAgainWithItsVariablesAsTheyAre() {
    jit.add(
        Compiler.c(
            "again",
            "static int runs, prepared; __attribute__((constructor)) static void prepare(void)"
                + " { prepared += 10; } int main(int argc, char **argv) { return prepared + ++runs; }"));
    assertThat(jit.runMain("again", List.of())).isEqualTo(11);
    assertThat(jit.runMain("again", List.of())).isEqualTo(22);
  }

  static Stream<Arguments> callsOfAClosedJit() {
    return Stream.of(
        call("add", closed -> closed.add(object())),
        call("addArchive", closed -> closed.addArchive(Path.of("absent.a"))),
        call("addWholeArchive", closed -> closed.addWholeArchive(Path.of("absent.a"))),
        call("addLibrary", closed -> closed.addLibrary("z")),
        call("exportSymbols", Jit::exportSymbols),
        call("function", closed -> closed.function("int add(int, int)")),
        call("variable", closed -> closed.variable("x", JAVA_INT)),
        call("bind", closed -> closed.bind(Order.class)),
        call("callback", closed -> closed.callback(SAME, LONG_LONG, Arena.global())),
        call("define", closed -> closed.define("x", SAME, LONG_LONG)),
        call("define", closed -> closed.define("x", IntBinaryOperator.class, (a, b) -> a)),
        call("initialize", Jit::initialize),
        call("runMain", closed -> closed.runMain("x", List.of())));
  }

  private interface Use {
    void of(Jit jit);
  }

  private static Arguments call(String name, Use use) {
    return Arguments.of(name, use);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("callsOfAClosedJit")
  void afterTheCloseNothingIsDone(String name, Use use) {
    Jit closed = Jit.create();
    closed.close();
    closed.close();
    assertThatThrownBy(() -> use.of(closed))
        .as(name)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("This Jit is closed.");
  }

  @Test
  void handlesThrowOnceTheirJitIsClosedAndArenasMayCloseLater() throws Throwable {
    MethodHandle add;
    Order bound;
    try (Arena longer = Arena.ofShared()) {
      try (Jit closed = Jit.create()) {
        closed.add(object());
        closed.add(Compiler.c("order", "int compare(int a, int b) { return a - b; }"));
        add = closed.function("int add(int, int)");
        bound = closed.bind(Order.class);
        closed.define("later", SAME, LONG_LONG, longer);
      }
      assertRemoved("add", () -> add.invoke(1, 2));
      assertRemoved("compare", () -> bound.compare(1, 2));
    }
  }

  private static void assertRemoved(String name, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The symbol " + name + " was removed.");
  }

  @Test
  void finalizersMayCallJavaThatUsesTheJit() {
    List<String> seen = new ArrayList<>();
    Jit closing = Jit.create();
    closing.define(
        "last_words",
        Runnable.class,
        () -> seen.add("answer " + closing.variable("answer", JAVA_INT).get(JAVA_INT, 0)));
    closing.add(
        Compiler.c(
            "finalizer",
            "void last_words(void); int answer = 42;"
                + " __attribute__((destructor)) static void end(void) { last_words(); }"));
    closing.initialize();

    closing.close();

    assertThat(seen).containsExactly("answer 42");
  }

  @Test
  void functionPointersOfJavaThrowOnceTheirArenaIsClosed() throws Throwable {
    jit.add(Compiler.c("down", "long down(long (*f)(long), long n) { return f(n); }"));
    MethodHandle down = jit.function("long down(long (*f)(long), long n)");
    MemorySegment pointer;
    try (Arena arena = Arena.ofShared()) {
      pointer = MemorySegment.ofAddress(jit.callback(SAME, LONG_LONG, arena).address());
      assertThat((long) down.invokeExact(pointer, 7L)).isEqualTo(7);
    }
    assertThatThrownBy(() -> down.invoke(pointer, 7L))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("whose arena is closed");
  }
}
