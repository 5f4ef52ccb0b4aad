package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jit.Jit;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.HostException;
import uruk.materialization.Compiler;

/** Thread-local variables among objects, and between objects and the process. */
final class ThreadLocalTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);

  private static final String DEFINING =
      """
      VISIBILITY __thread int variable = 5;
      VISIBILITY __thread int zero;
      int bump(void) { zero++; return variable += 10; }
      """;
  private static final String USING =
      """
      extern VISIBILITY __thread int variable, zero;
      static __thread int own = 100;
      int use(void) { return ++variable + 1000 * ++zero + ++own; }
      """;

  @TempDir Path directory;
  private final Jit jit = Jit.create();

  @AfterEach
  void close() {
    jit.close();
  }

  @ParameterizedTest
  @CsvSource({
    "-fPIC, -fPIE",
    "-fPIE, -fPIC",
    "-fno-pic, -fPIC -mtls-dialect=gnu2",
    "-fPIC, -fPIC -mtls-dialect=gnu2",
    "-fPIC -mtls-dialect=gnu2, -fPIC",
    "-fPIC -mtls-dialect=gnu2, -fPIE",
    "-fPIC, -fPIC -ftls-model=local-dynamic",
    "-fPIE, -fPIC -ftls-model=local-dynamic",
    "-fPIC, -fPIC -ftls-model=local-dynamic -mtls-dialect=gnu2",
  })
  void modelsMayBeMixedAmongObjects(String defining, String using) throws Exception {
    jit.add(Compiler.c("using", USING.replace("VISIBILITY", ""), using.split(" ")));
    jit.add(Compiler.c("defining", DEFINING.replace("VISIBILITY", ""), defining.split(" ")));

    assertEachThreadHasItsOwn();
  }

  private void assertEachThreadHasItsOwn() throws Exception {
    MethodHandle use = jit.function("use", INT);
    MethodHandle bump = jit.function("bump", INT);
    for (int i = 0; i < 2; i++) {
      FutureTask<List<Integer>> thread =
          new FutureTask<>(() -> {
            try {
              return List.of((int) use.invoke(), (int) bump.invoke(), (int) use.invoke());
            } catch (Throwable thrown) {
              throw new AssertionError(thrown);
            }
          });
      Thread.ofPlatform().start(thread).join();

      assertThat(thread.get()).containsExactly(6 + 1000 + 101, 16, 17 + 3000 + 102);
    }
  }

  /** The image of a module has the alignment's size. */
  @Test
  void alignmentsOutOfAllProportionAreRefused() {
    jit.add(
        Compiler.assembly(
            "aligned",
            """
            .section .tdata,"awT",@progbits
            .balign 0x40000000
            .globl variable
            variable: .long 5
            .text
            .globl use
            use: movl %fs:variable@tpoff, %eax; ret
            """));

    assertThatThrownBy(() -> jit.function("use", INT))
        .hasStackTraceContaining(
            "aligned.o: a thread-local variable that is aligned to 1073741824 bytes is not supported");
  }

  /** It is the section's flag that tells, and not its name. */
  @Test
  void templatesMayHaveEveryName() throws Throwable {
    jit.add(
        Compiler.c(
            "named",
            """
            __thread int initialized __attribute__((section("mine"))) = 40;
            __thread int usual = 1, zero;
            int sum(void) { return 1 + initialized++ + usual + zero; }
            """));

    assertThat((int) jit.function("sum", INT).invoke()).isEqualTo(42);
    assertThat((int) jit.function("sum", INT).invoke()).isEqualTo(43);
    int[] other = new int[1];
    Thread thread = new Thread(() -> other[0] = sum());
    thread.start();
    thread.join();
    assertThat(other).containsExactly(42);
  }

  private int sum() {
    try {
      return (int) jit.function("sum", INT).invoke();
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  /** As members of a library of Rust are linked: some when others have run. */
  @Test
  void hiddenVariablesServeObjectsThatAreLinkedLater() throws Throwable {
    String hidden = "__attribute__((visibility(\"hidden\")))";
    jit.add(Compiler.c("defining", DEFINING.replace("VISIBILITY", hidden)));
    assertThat((int) jit.function("bump", INT).invoke()).isEqualTo(15);
    jit.add(Compiler.c("using", USING.replace("VISIBILITY", hidden)));

    assertThat((int) jit.function("use", INT).invoke()).isEqualTo(16 + 2000 + 101);
  }

  @Test
  void variableThatAThreadHasGotIsRefusedToAModelThatComesTooLate() throws Throwable {
    jit.add(Compiler.c("defining", DEFINING.replace("VISIBILITY", "")));
    assertThat((int) jit.function("bump", INT).invoke()).isEqualTo(15);
    jit.add(Compiler.c("using", USING.replace("VISIBILITY", ""), "-fPIE"));

    assertThatThrownBy(() -> jit.function("use", INT))
        .rootCause()
        .isInstanceOf(HostException.class);
    assertThatThrownBy(() -> jit.function("use", INT))
        .hasStackTraceContaining(UnsupportedObjectException.class.getName())
        .hasStackTraceContaining(
            "no room) an initial-exec or local-dynamic reference to another object's zero is")
        .hasStackTraceContaining("Link the two objects together before either is used");
    assertThat((int) jit.function("bump", INT).invoke()).isEqualTo(25);
  }

  @Test
  void usedUpRoomForFixedPlacesIsToldWithTheWayToGetMore() {
    jit.add(
        Compiler.c(
            "large", "__thread char large[1000000]; int use(void) { return large[7]; }", "-fPIE"));

    assertThatThrownBy(() -> jit.function("use", INT))
        .hasStackTraceContaining(MemoryAllocationException.class.getName())
        .hasStackTraceContaining("no room for 1000000 bytes of thread-local variables")
        .hasStackTraceContaining("cannot allocate memory in static TLS block")
        .hasStackTraceContaining("GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536");
  }

  @Test
  void largeVariablesNeedNoFixedPlaceInPositionIndependentCode() throws Throwable {
    jit.add(
        Compiler.c(
            "large",
            "__thread char large[1000000] = {1}; int use(void) { return large[0] + large[7]; }"));

    assertThat((int) jit.function("use", INT).invoke()).isEqualTo(1);
  }

  /** An inline variable of C++ is a weak one in each object. */
  @ParameterizedTest
  @ValueSource(strings = {"-fPIC", "-fPIE", "-fno-pic"})
  void weakVariablesAreTheProcesssOwn(String option) throws Throwable {
    String name = "uruk_inline" + option.replace('-', '_');
    String header = "inline thread_local int " + name + " = 7;\n";
    String bump = "extern \"C\" int FUNCTION() { return ++" + name + "; }";
    Path source =
        Files.writeString(
            directory.resolve("library.cpp"), header + bump.replace("FUNCTION", name + "_bump"));
    Path library = directory.resolve("library.so");
    Process process =
        new ProcessBuilder(
                "g++",
                "-std=c++17",
                "-shared",
                "-fPIC",
                source.toString(),
                "-o",
                library.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    DynamicLinker.open(library.toString(), DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    String linked = header + bump.replace("FUNCTION", "linkedBump");
    jit.add(Compiler.cpp("linked", linked, "-std=c++17", option));
    jit.add(Compiler.cpp("second", header + bump.replace("FUNCTION", "second"), option));

    assertThat((int) jit.function("linkedBump", INT).invoke()).isEqualTo(8);
    assertThat((int) jit.function(name + "_bump", INT).invoke()).isEqualTo(9);
    assertThat((int) jit.function("second", INT).invoke()).isEqualTo(10);
  }
}
