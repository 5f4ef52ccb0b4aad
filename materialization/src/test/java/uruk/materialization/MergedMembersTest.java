package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.materialization.platform.NativeCrashException;
import uruk.orc.JITDylib;
import uruk.orc.ResourceTracker;

/** Archives whose members are linked as one object. */
class MergedMembersTest {
  @TempDir private Path folder;
  @AutoClose private final Jit jit = Jit.create();
  private final JITDylib main = jit.main();

  @BeforeEach
  void merge() {
    jit.objects().mergeMembers();
  }

  private Path c(String name, String source, String... options) throws IOException {
    return Files.write(
        folder.resolve(name + ".o"), Compiler.bytes("gcc", name + ".c", source, options));
  }

  private Path cpp(String name, String source, String... options) throws IOException {
    return Files.write(
        folder.resolve(name + ".o"), Compiler.bytes("g++", name + ".cpp", source, options));
  }

  private void library(String name, Path... members) throws IOException {
    jit.addArchive(archive(name, members));
  }

  private Path archive(String name, Path... members) throws IOException {
    Path archive = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("ar", "rcs", archive.toString()));
    List.of(members).forEach(member -> command.add(member.toString()));
    Compiler.run(command);
    return archive;
  }

  private int call(String function) {
    return (int) NativeCall.call(jit.session().lookup(main, function).address());
  }

  private List<String> linked() {
    return jit.objects().objects().stream()
        .map(object -> object.name().substring(folder.toString().length() + 1))
        .toList();
  }

  @Test
  void membersThatNeedEachOtherAreOneObjectAndOthersStayOut() throws IOException {
    library(
        "libx.a",
        c("a", "int b(void); int a(void) { return b() + 1; }"),
        c("b", "int c(void); int b(void) { return c() + 10; }"),
        c("c", "int a(void); int c(void) { return 100; } int back(void) { return a(); }"),
        c("d", "int d(void) { return 5; }"));

    assertThat(call("a")).isEqualTo(111);
    assertThat(linked()).containsExactly("libx.a(a.o and others)");
    assertThat(call("back")).isEqualTo(111);
    assertThat(main.symbolState("d")).isNull();
    assertThat(jit.objects().objects().getFirst().symbolNames())
        .containsExactlyInAnyOrder("a", "b", "c", "back");
  }

  @Test
  void memberThatIsNeededLaterIsLinkedThen() throws IOException {
    library(
        "libx.a",
        c("a", "int a(void) { return 1; }"),
        c("b", "int a(void); int b(void) { return a() + 10; }"));

    assertThat(call("a")).isEqualTo(1);
    assertThat(call("b")).isEqualTo(11);

    assertThat(linked()).containsExactly("libx.a(a.o)", "libx.a(b.o)");
  }

  @Test
  void whatWasMergedIsRemovedTogetherAndComesBack() throws IOException {
    library(
        "libx.a",
        c("a", "int b(void); int a(void) { return b() + 1; }"),
        c("b", "int b(void) { return 10; }"));
    assertThat(call("a")).isEqualTo(11);
    ResourceTracker both = main.trackerOf("a");
    assertThat(both).isNotNull().isEqualTo(main.trackerOf("b"));

    both.remove();

    assertThat(main.symbolState("b")).isNull();
    assertThat(call("b")).isEqualTo(10);
    assertThat(call("a")).isEqualTo(11);
    assertThat(linked()).containsExactly("libx.a(b.o)", "libx.a(a.o)");
  }

  @Test
  void programsOwnDefinitionServesMembersToo() throws IOException {
    jit.add(Compiler.c("own", "int b(void) { return 1000; }"));
    library(
        "libx.a",
        c("a", "int b(void); int a(void) { return b() + 1; }"),
        c("b", "int b(void) { return 10; }"));

    assertThat(call("a")).isEqualTo(1001);
    assertThat(jit.objects().objects()).hasSize(2);
  }

  @Test
  void libraryThatWasAddedFirstServesMembersOfTheOthers() throws IOException {
    library("first.a", c("b1", "int b(void) { return 1; }"));
    library(
        "second.a",
        c("a", "int b(void); int a(void) { return b() + 10; }"),
        c("b2", "int b(void) { return 2; }"));

    assertThat(call("a")).isEqualTo(11);
    assertThat(linked()).containsExactlyInAnyOrder("first.a(b1.o)", "second.a(a.o)");
  }

  @Test
  void librariesMayNeedEachOther() throws IOException {
    library(
        "first.a",
        c("a", "int b(void); int a(void) { return b() + 1; }"),
        c("c", "int c(void) { return 100; }"));
    library("second.a", c("b", "int c(void); int b(void) { return c() + 10; }"));

    assertThat(call("a")).isEqualTo(111);
  }

  /**
   * As linkers of files have it: who is asked for first begins, and each member's stand together.
   */
  @ParameterizedTest
  @CsvSource({
    ".init_array, true, 123456789", ".init_array, false, 123456789",
    ".ctors, true, 123547698", ".ctors, false, 123547698",
  })
  void initializersRunInTheOrderInWhichMembersAreFound(
      String section, boolean merged, String expected) throws Throwable {
    Path archive =
        archive(
            "libx.a",
            initializing("a", 1, "b", section),
            initializing("b", 2, "c", section),
            initializing("c", 3, "d", section),
            c("d", "unsigned long order; long d(void) { return order; }"));
    try (Jit other = Jit.create()) {
      if (merged) {
        other.objects().mergeMembers();
      }
      other.addArchive(archive);
      MethodHandle order = other.function("long a(void)");

      assertThat(Long.toHexString((long) order.invokeExact())).isEqualTo(expected);
      assertThat(other.objects().objects()).hasSize(merged ? 1 : 4);
    }
  }

  /** A member with a fragment and two pointers to functions, each of which writes down a digit. */
  private Path initializing(String name, int number, String next, String section)
      throws IOException {
    return c(
        name,
        """
        extern unsigned long order;
        static void write(int digit) { order = order * 16 + digit; }
        void fragment_%1$s(void) { write(%2$d); }
        static void one(void) { write(%2$d * 2 + 2); }
        static void two(void) { write(%2$d * 2 + 3); }
        static __attribute__((section("%4$s"), used)) void (*pointers[])(void) = {one, two};
        __asm__(".section .init,\\"ax\\",@progbits\\n call fragment_%1$s\\n.text");
        long %3$s(void);
        long %1$s(void) { return %3$s(); }
        """
            .formatted(name, number, next, section));
  }

  /** The compiler says read-only of a constant, and writable of a variable. */
  @Test
  void sectionIsOneWhetherFilesWriteToItOrNot() throws Throwable {
    String entry = "__attribute__((section(\"things\"), used)) ";
    library(
        "libx.a",
        c(
            "sum",
            entry
                + "static const int thing = 1; void more(void); extern const int __start_things[],"
                + " __stop_things[]; int sum(void) { more(); int n = 0; for (const int *p ="
                + " __start_things; p < __stop_things; p++) n += *p; return n; }"),
        c("more", entry + "static int thing = 20; void more(void) { thing++; }"));

    assertThat(call("sum")).isEqualTo(22);
    assertThat(call("sum")).isEqualTo(23);
  }

  @Test
  void generatorThatOnlyMayDefineANameDoesNotHideAMember() throws IOException {
    List<String> asked = new ArrayList<>();
    main.addGenerator((state, kind, dylib, flags, candidates) -> asked.addAll(candidates.names()));
    library(
        "libx.a",
        c("a", "int b(void); int a(void) { return b() + 1; }"),
        c("b", "int b(void) { return 10; }"));

    assertThat(call("a")).isEqualTo(11);
    assertThat(asked).contains("a", "b");
  }

  /** A reader of one's own may make objects of another kind. */
  @Test
  void membersThatAreReadInAWayOfOnesOwnStayApart() throws IOException {
    Path archive =
        archive(
            "libx.a",
            c("a", "int b(void); int a(void) { return b() + 1; }"),
            c("b", "int b(void) { return 10; }"));
    main.addGenerator(
        StaticLibrary.open(
            jit.objects(),
            archive,
            member ->
                new GraphObject(ObjectFile.of(member.displayName(), member.bytes()).linkGraph())));

    assertThat(call("a")).isEqualTo(11);
    assertThat(jit.objects().objects()).hasSize(2);
  }

  @Test
  void membersAreLinkedThoughNobodyTakesThemToReadAhead() throws IOException {
    jit.objects()
        .readMembersAheadOn(work -> {
          throw new RejectedExecutionException("busy");
        });
    library(
        "libx.a",
        c("a", "int b(void); int a(void) { return b() + 1; }"),
        c("b", "int b(void) { return 10; }"));

    assertThat(call("a")).isEqualTo(11);
  }

  /** Its group's twin, which was taken, lacks the function that is called. */
  @Test
  void missingSymbolThatAMemberWouldHaveDefinedIsExplained() throws IOException {
    String group =
        """
        __asm__(".section .text.%1$s,\\"axG\\",@progbits,pair,comdat\\n"
            ".weak %1$s\\n%1$s: ret\\n.text");
        """;
    library(
        "libx.a",
        c("a", group.formatted("first") + "void b(void); int a(void) { b(); return 1; }"),
        c("b", group.formatted("second") + "void second(void); void b(void) { second(); }"));

    assertThatThrownBy(() -> call("a"))
        .hasStackTraceContaining("Symbols not found: [ second ]")
        .hasStackTraceContaining("second: needed by ");
  }

  @Test
  void warningAboutASymbolIsToldOfTheMemberThatUsesIt() throws Throwable {
    List<String> warnings = new ArrayList<>();
    Path archive =
        archive(
            "libx.a",
            c("a", "int risky(void); int a(void) { return risky() + risky(); }"),
            c(
                "risky",
                "static const char text[] __attribute__((section(\".gnu.warning.risky\"), used)) ="
                    + " \"risky is risky\"; int risky(void) { return 1; } int own(void) { return"
                    + " risky(); }"));
    try (Jit warned = Jit.builder().warnings(warnings::add).create()) {
      warned.objects().mergeMembers();
      warned.addArchive(archive);

      assertThat((int) warned.function("int a(void)").invokeExact()).isEqualTo(2);
    }
    assertThat(warnings).containsExactly(archive + "(a.o): warning: risky is risky");
  }

  @Test
  void exceptionsAndInlineFunctionsAndThreadLocalsWorkAcrossMembers() throws Throwable {
    String header =
        "struct Failure { int code; }; inline int count() { static thread_local int n; return ++n; }"
            + " template <class T> __attribute__((noinline)) T twice(T x) { count(); return 2 * x; }\n";
    library(
        "libx.a",
        cpp("thrower", header + "int thrower(int n) { throw Failure{twice(n)}; }"),
        cpp(
            "catcher",
            header
                + "int thrower(int); extern \"C\" int catcher(int n) { try { return thrower(n); }"
                + " catch (const Failure& f) { return f.code + twice(100) + 1000 * count(); } }"));
    MethodHandle catcher =
        jit.function("catcher", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    assertThat((int) catcher.invokeExact(7)).isEqualTo(14 + 200 + 3000);
    assertThat((int) catcher.invokeExact(7)).isEqualTo(14 + 200 + 6000);
    assertThat(linked().getFirst()).isEqualTo("libx.a(catcher.o and others)");
  }

  @Test
  void crashIsReportedWithMemberAndLine() throws Throwable {
    library(
        "libx.a",
        c("first", "\n\nint deep(int *); int outer(int *p) {\n return deep(p) + 1; }", "-g"),
        c("second", "\n\n\n\n\n\nint deep(int *p) {\n return *p;\n}", "-g"));
    MethodHandle outer =
        jit.function("outer", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

    Throwable crash = catchThrowable(() -> outer.invoke(16L));

    assertThat(crash).isInstanceOf(NativeCrashException.class);
    assertThat(crash.getMessage())
        .containsPattern("deep.*libx.a\\(second.o\\).*second.c:8")
        .containsPattern("outer.*libx.a\\(first.o\\).*first.c:4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-gdwarf-4", "-gdwarf-5", "-gz"})
  void damagedLinesOfOneMemberAreNotMissedInAnother(String option) throws Throwable {
    String damaged = " __asm__(\".section .debug_line,\\\"\\\",@progbits\\n.long 7\\n.text\");";
    library(
        "libx.a",
        c("first", "int deep(int *); int outer(int *p) { return deep(p) + 1; }" + damaged),
        c("second", "\n\nint deep(int *p) {\n return *p;\n}", "-g", option),
        c("third", "int third;", "-g"));
    MethodHandle outer =
        jit.function("outer", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

    assertThat(catchThrowable(() -> outer.invoke(16L)).getMessage())
        .containsPattern("deep.*libx.a\\(second.o\\).*second.c:4")
        .containsPattern("outer.*libx.a\\(first.o\\)");
  }

  @Test
  void missingSymbolIsToldWithTheMemberThatNeedsIt() throws IOException {
    library(
        "libx.a",
        c("a", "int b(void), gone(void); int a(void) { return b() + gone(); }"),
        c("b", "int lost(void); int b(void) { return lost(); }"));

    assertThatThrownBy(() -> call("a"))
        .hasStackTraceContaining("Symbols not found: [ gone, lost ]")
        .hasStackTraceContaining("libx.a(a.o), at a+0x")
        .hasStackTraceContaining("libx.a(b.o), at b+0x");
  }

  /** As of members one by one: what failed stays until it is removed. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void membersThatMissedASymbolComeBackOnceTheyAreRemoved(boolean merged) throws IOException {
    Path archive =
        archive(
            "libx.a",
            c("a", "int b(void); int a(void) { return b() + 1; }"),
            c("b", "int lost(void); int b(void) { return lost() + 10; }"));
    try (Jit other = Jit.create()) {
      if (merged) {
        other.objects().mergeMembers();
      }
      other.addArchive(archive);
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> other.session().lookup(other.main(), "a"))
            .isInstanceOf(RuntimeException.class);
      }
      for (String name : List.of("a", "b")) {
        ResourceTracker failed = other.main().trackerOf(name);
        if (failed != null) {
          failed.remove();
        }
      }
      other.add(Compiler.c("lost", "int lost(void) { return 100; }"));

      long address = other.session().lookup(other.main(), "a").address();
      assertThat((int) NativeCall.call(address)).isEqualTo(111);
    }
  }

  @Test
  void memberThatCannotBeReadFailsWhatNeedsItAndLeavesNothing() throws IOException {
    Path broken = folder.resolve("broken.o");
    byte[] bytes = Compiler.bytes("gcc", "broken.c", "int broken(void) { return 1; }");
    Path archive =
        archive(
            "libx.a",
            c("a", "int broken(void); int a(void) { return broken(); }"),
            Files.write(broken, bytes));
    corruptSectionTable(archive, bytes);
    jit.addArchive(archive);

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> call("a")).hasStackTraceContaining("libx.a(broken.o)");
      assertThat(main.symbolState("a")).isNull();
    }
    assertThat(jit.objects().objects()).isEmpty();
  }

  /** Lets the copy of an object in an archive say that its section table is far away (e_shoff). */
  private static void corruptSectionTable(Path archive, byte[] object) throws IOException {
    byte[] all = Files.readAllBytes(archive);
    int at = all.length - object.length - (object.length & 1);
    all[at + 0x2e] = 0x7f;
    Files.write(archive, all);
  }

  @Test
  void threadsThatNeedTheSameMembersLinkThemOnce() throws Exception {
    Path[] members = new Path[20];
    for (int i = 0; i < members.length; i++) {
      members[i] =
          c(
              "m" + i,
              "int f%d(void); int f%d(void) { return f%d() + 1; }"
                  .formatted((i + 1) % 20, i, (i + 1) % 20)
                  .replace("f0() + 1", "1"));
    }
    library("libx.a", members);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int from = i * 5;
        results.add(
            threads.submit(() -> {
              go.await();
              return call("f" + from);
            }));
      }
      go.countDown();
      for (int i = 0; i < 4; i++) {
        assertThat(results.get(i).get()).isEqualTo(20 - i * 5);
      }
    }
    int symbols = jit.objects().objects().stream().mapToInt(o -> o.symbolNames().size()).sum();
    assertThat(symbols).isEqualTo(20);
  }
}
