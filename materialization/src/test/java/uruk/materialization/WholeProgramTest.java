package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import uruk.jitlink.DuplicateDefinitionException;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.UnresolvedExternalException;
import uruk.jitlink.host.NativeCall;
import uruk.orc.JITDylib;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolsNotFoundException;

/** Programs that are linked as one object, with what they need of archives. */
class WholeProgramTest extends ProgramFixture {
  private static final String HOOK = "extern int hook(void) __attribute__((weak));";

  // Types of ELF sections.
  private static final int PROGBITS = 1;
  private static final int RELA = 4;
  private static final int INIT_ARRAY = 14;

  // What belongs to it ----------------------------------------------------------------------------

  @Test
  void filesAndMembersOfSeveralArchivesAreOneObject() throws IOException {
    library("libx.a", member("x", "int y(void); int x(void) { return y() + 1; }"));
    library("liby.a", member("y", "int z(void); int y(void) { return z() + 10; }"));
    library(
        "libz.a",
        member("z", "int x(void); int z(void) { return 100; } int back(void) { return x(); }"));

    LinkedObject program =
        add(
            "start",
            c("a", "int b(void); int start(void) { return b(); }"),
            c("b", "int x(void); int b(void) { return x() + 1000; }"));

    assertThat(call("start")).isEqualTo(1111);
    assertThat(jit.objects().objects()).containsExactly(program);
    assertThat(program.name()).isEqualTo("a.o and others");
    assertThat(program.symbolNames()).containsExactly("start");
  }

  @Test
  void onlyRootsAreKnownOutside() {
    add("start", c("a", "int other(void) { return 1; } int start(void) { return other(); }"));

    assertThat(call("start")).isEqualTo(1);
    assertThatThrownBy(() -> jit.session().lookup(main, "other"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void whatNothingReachesIsNotLinked() throws IOException {
    library(
        "libx.a",
        member(
            "x",
            "int missing(void); int x(void) { return 7; } int dead(void) { return missing(); }",
            SECTIONS));

    add(
        "start",
        c(
            "a",
            "int x(void), absent(void); int start(void) { return x(); } int unused(void) { return absent(); }",
            SECTIONS));

    assertThat(call("start")).isEqualTo(7);
  }

  @Test
  void whatIsReachedByPointersAndTablesIsLinked() throws IOException {
    library(
        "libx.a",
        member(
            "x",
            "static int one(void) { return 1; } static int two(void) { return 2; }"
                + " int (*const table[])(void) = {one, two};"
                + " const char *const names[] = {\"ab\", \"cde\"};",
            SECTIONS,
            "-fdata-sections"));

    add(
        "start",
        c(
            "a",
            "#include <string.h>\n extern int (*const table[])(void); extern const char *const names[];"
                + " int start(void) { return table[0]() + 10 * table[1]() + 100 * (int) strlen(names[1]); }",
            SECTIONS));

    assertThat(call("start")).isEqualTo(321);
  }

  @Test
  void ownDefinitionServesMembersAndKeepsTheArchivesOut() throws IOException {
    library(
        "libx.a",
        member("x", "int y(void); int x(void) { return y() + 1; }"),
        member("y", "int y(void) { return 10; } int hidden_trap(void) { return 0; }"));

    add(
        "start",
        c("a", "int x(void); int start(void) { return x(); }"),
        c("own", "int y(void) { return 1000; }"));

    assertThat(call("start")).isEqualTo(1001);
  }

  @Test
  void weakReferenceTakesNoMember() throws IOException {
    library("libx.a", member("hook", "int hook(void) { return 1; }"));

    add("start", c("a", HOOK + " int start(void) { return hook ? hook() : 40; }"));

    assertThat(call("start")).isEqualTo(40);
  }

  @Test
  void weakReferenceIsToTheMemberThatAnotherOneTakes() throws IOException {
    library(
        "libx.a",
        member("hook", "int hook(void) { return 1; } int x(void) { return 10; }"),
        member("y", "int x(void); int y(void) { return 10 * x(); }"));

    add(
        "start",
        c("a", HOOK + " int y(void); int start(void) { return y() + (hook ? hook() : 0); }"));

    assertThat(call("start")).isEqualTo(101);
  }

  @Test
  void weakReferenceOfAnObjectElsewhereTakesAMemberAsEver() throws IOException {
    library("libx.a", member("hook", "int hook(void) { return 1; }"));
    JITDylib other = jit.session().createBareJITDylib("other");
    other.addGenerator(main.generators().getLast());
    String ask = HOOK + " int start(void) { return hook ? hook() : 40; }";

    add("start", c("a", ask));
    jit.objects().add(other, c("b", ask));

    assertThat(call("start")).isEqualTo(40);
    assertThat((int) NativeCall.call(jit.session().lookup(other, "start").address())).isEqualTo(1);
  }

  @Test
  void weakReferenceIsToWhatALibraryBehindTheArchiveHas() throws IOException {
    library("libx.a", member("getpid", "int getpid(void) { return -1; }"));

    add(
        "start",
        c(
            "a",
            "extern int getpid(void) __attribute__((weak)); int start(void) { return getpid(); }"));

    assertThat(call("start")).isEqualTo((int) ProcessHandle.current().pid());
  }

  @Test
  void rootMayBeInAnArchive() throws IOException {
    library("libx.a", member("x", "int x(void) { return 5; }"));

    add("x");

    assertThat(call("x")).isEqualTo(5);
  }

  @Test
  void rootThatNobodyDefinesIsLeftOut() {
    jit.addProgram(List.of(c("a", "int a(void) { return 3; }")), Set.of("a", "nowhere", "getpid"));

    assertThat(call("a")).isEqualTo(3);
    assertThat(main.symbolState("nowhere")).isNull();
    assertThat(main.symbolState("getpid")).isNull();
  }

  @Test
  void nothingAtAllIsRefused() {
    assertThatThrownBy(() -> add("nowhere"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no file, and no archive defines nowhere");
  }

  @Test
  void libraryThatIsSearchedBeforeAnArchiveWins() throws IOException {
    jit.addLibrary(":libm.so.6");
    library("libx.a", member("x", "double cbrt(double x) { return 0; } int x(void) { return 1; }"));

    add(
        "start",
        c(
            "a",
            "double cbrt(double); int start(void) { return (int) cbrt(27.0); }",
            "-fno-builtin"));

    assertThat(call("start")).isEqualTo(3);
  }

  // Rules of definition ---------------------------------------------------------------------------

  @Test
  void strongDefinitionWinsAndCommonsAreAsLargeAsTheLargest() throws IOException {
    library(
        "libx.a",
        member(
            "x", "int shared[64]; int x(void) { shared[63] = 4; return shared[63]; }", "-fcommon"));

    add(
        "start",
        c(
            "a",
            "int shared[2]; __attribute__((weak)) int f(void) { return 1; } int x(void);"
                + " int start(void) { return f() + x() + shared[1]; }",
            "-fcommon"),
        c("b", "int f(void) { return 100; } int after = 9;"));

    assertThat(call("start")).isEqualTo(104);
  }

  @Test
  void twoStrongDefinitionsAreRefusedNamingBoth() throws IOException {
    library("libx.a", member("x", "int x(void) { return 5; } int f(void) { return 1; }"));
    ObjectFile start = c("a", "int x(void); int start(void) { return x(); }");

    ResourceTracker first = main.createResourceTracker();
    Throwable refusal =
        catchThrowable(() -> {
          ObjectFile other = c("b", "int f(void) { return 2; }");
          jit.objects().addProgram(first, List.of(start, other), Set.of("start"));
          call("start");
        });

    assertThat(refusal)
        .hasStackTraceContaining(
            "libx.a(x.o), duplicate definition of f, which b.o defines as well");
    assertThat(deepest(refusal)).isInstanceOf(DuplicateDefinitionException.class);
    first.remove();
    add("start", start);
    assertThat(call("start")).isEqualTo(5);
  }

  private static Throwable deepest(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  @Test
  void weakVariableOfTheProgramIsTheProcessesAndAMembersIsItsOwn() throws IOException {
    library(
        "libx.a",
        member("x", "__attribute__((weak)) char **environ; int x(void) { return environ != 0; }"));
    library("libw.a", member("w", "int w(void) { return 0; }"));

    add(
        "start",
        c("a", "__attribute__((weak)) void *stderr; int start(void) { return stderr != 0; }"));

    assertThat(call("start")).isEqualTo(1);
    add("x");
    assertThat(call("x")).isZero();
  }

  @Test
  void functionHasOneAddressInAllFiles() throws IOException {
    library("libx.a", member("x", "int f(void); void *x(void) { return f; }"));

    add(
        "start",
        c(
            "a",
            "int f(void); void *x(void); static int local(void) { return 2; } int (*volatile p)(void) = local;"
                + " int start(void) { return (x() == f) + 10 * (p == local) + 100 * p(); }"),
        c("b", "int f(void) { return 1; }"));

    assertThat(call("start")).isEqualTo(211);
  }

  // What programs have ----------------------------------------------------------------------------

  @Test
  void initializersRunInTheOrderOfAStaticLinkerAndKeepWhatTheyNeed() throws IOException {
    String note = "extern int order[], count; __attribute__((constructor)) static void init(void) ";
    library(
        "libx.a",
        member(
            "x",
            "int y(void); int x(void) { return y(); }" + note + "{ order[count++] = 2; }",
            SECTIONS));
    library(
        "liby.a",
        member("y", "int y(void) { return 0; }" + note + "{ order[count++] = 3; }", SECTIONS));

    add(
        "start",
        c(
            "a",
            "int order[8], count; int x(void); int dead(void) { return x(); }"
                + " __attribute__((constructor)) static void init(void) { order[count++] = 1; }"
                + " int start(void) { return 1000 * count + 100 * order[0] + 10 * order[1] + order[2]; }",
            SECTIONS));

    assertThat(call("start")).isEqualTo(3123);
  }

  @Test
  void membersOfAnArchiveStandInItsOrderAsFarAsOneDoesNotNeedAnotherBeforeIt() throws IOException {
    String note = "extern int order[], count; __attribute__((constructor)) static void init(void) ";
    library(
        "libx.a",
        member("u", "int u(void) { return 0; }" + note + "{ order[count++] = 1; }"),
        member("v", "int v(void) { return 0; }" + note + "{ order[count++] = 2; }"),
        member(
            "w",
            "int v(void), u(void); int w(void) { return u(); }" + note + "{ order[count++] = 3; }"),
        member("x", "int x(void) { return 0; }" + note + "{ order[count++] = 4; }"));

    add(
        "start",
        c(
            "a",
            "int order[8], count; int x(void), w(void), v(void);"
                + " int start(void) { return x() + w() + v() + 1000 * order[0] + 100 * order[1] + 10 * order[2] + order[3]; }"));

    assertThat(call("start")).isEqualTo(2341);
  }

  /** As assemblers make them that do not know the types of initializers. */
  @Test
  void initializersInSectionsOfAnOrdinaryTypeRun() throws IOException {
    byte[] object =
        Compiler.bytes(
            "gcc",
            "x.c",
            "int count; int x(void) { return 1; }"
                + " __attribute__((constructor(200))) static void first(void) { count = 3; }"
                + " __attribute__((constructor)) static void second(void) { count *= 7; }");
    ByteBuffer bytes = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    int changed = 0;
    for (int header : sectionHeaders(bytes)) {
      if (bytes.getInt(header + 4) == INIT_ARRAY) {
        bytes.putInt(header + 4, PROGBITS);
        changed++;
      }
    }
    assertThat(changed).isEqualTo(2);
    library("libx.a", Files.write(folder.resolve("x.o"), object));

    add(
        "start",
        c("a", "extern int count; int x(void); int start(void) { return count + x(); }", SECTIONS));

    assertThat(call("start")).isEqualTo(22);
  }

  @Test
  void boundsOfASectionKeepAllOfIt() throws IOException {
    String entry = "__attribute__((section(\"hooks\"), used)) static const int hook = ";
    library("libx.a", member("x", entry + "20; int x(void) { return 0; }", SECTIONS));

    add(
        "start",
        c(
            "a",
            entry
                + "3; int x(void); extern const int __start_hooks[], __stop_hooks[];"
                + " int start(void) { int sum = x();"
                + " for (const int *h = __start_hooks; h < __stop_hooks; h++) sum += *h; return sum; }",
            SECTIONS));

    assertThat(call("start")).isEqualTo(23);
  }

  @Test
  void threadLocalVariablesAndIndirectFunctionsWork() throws IOException {
    library(
        "libx.a",
        member(
            "x",
            "__thread int counter = 40; static int two(void) { return 2; }"
                + " static void *choose(void) { return two; } int chosen(void) __attribute__((ifunc(\"choose\")));",
            SECTIONS));

    add(
        "start",
        c(
            "a",
            "extern __thread int counter; int chosen(void); int start(void) { return counter += chosen(); }"));

    assertThat(call("start")).isEqualTo(42);
  }

  // Errors and removal ----------------------------------------------------------------------------

  @Test
  void missingNameIsToldWithTheMemberThatNeedsIt() throws IOException {
    library("libx.a", member("x", "int nowhere(void); int x(void) { return nowhere(); }"));
    add("start", c("a", "int x(void); int start(void) { return x(); }"));

    assertThatThrownBy(() -> call("start"))
        .hasRootCauseInstanceOf(UnresolvedExternalException.class)
        .hasStackTraceContaining("nowhere: needed by " + folder + "/libx.a(x.o), at x+0x");
  }

  @Test
  void damagedRelocationIsAnErrorOfItsFile() throws IOException {
    byte[] damaged = Compiler.bytes("gcc", "x.c", "int f(void); int x(void) { return f(); }");
    int relocation = relocationOf(damaged);
    damaged[relocation + 8] = 99; // its type
    library("libx.a", Files.write(folder.resolve("x.o"), damaged));
    add("start", c("a", "int x(void); int start(void) { return x(); } int f(void) { return 1; }"));

    assertThatThrownBy(() -> call("start"))
        .rootCause()
        .isInstanceOf(LinkException.class)
        .hasMessageContaining("libx.a(x.o)")
        .hasMessageContaining("relocation type 99");
    assertThat(jit.objects().objects()).isEmpty();
  }

  /** {@return where the relocation of the first call is in an object file of x86-64} */
  private static int relocationOf(byte[] object) {
    ByteBuffer bytes = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    for (int header : sectionHeaders(bytes)) {
      if (bytes.getInt(header + 4) == RELA) {
        return (int) bytes.getLong(header + 0x18);
      }
    }
    throw new AssertionError("no relocations");
  }

  /** {@return where the section headers of an object file of x86-64 begin} */
  private static int[] sectionHeaders(ByteBuffer object) {
    int table = (int) object.getLong(0x28);
    return IntStream.range(0, object.getShort(0x3c)).map(section -> table + 64 * section).toArray();
  }

  @Test
  void removedProgramCanBeAddedAgain() throws IOException {
    library("libx.a", member("x", "int x(void) { static int calls; return ++calls; }"));
    ObjectFile start = c("a", "int x(void); int start(void) { return x(); }");
    ResourceTracker first = main.createResourceTracker();
    jit.objects().addProgram(first, List.of(start), Set.of("start"));
    assertThat(call("start")).isEqualTo(1);
    assertThat(call("start")).isEqualTo(2);

    first.remove();

    assertThat(jit.objects().objects()).isEmpty();
    add("start", start);
    assertThat(call("start")).isEqualTo(1);
  }

  @Test
  void programsAndObjectsBesideThemHaveMembersOfTheirOwn() throws IOException {
    library(
        "libx.a",
        member("x", "int y(void); int x(void) { return y(); }"),
        member("y", "int y(void) { static int calls; return ++calls; }"));
    add("first", c("a", "int x(void); int first(void) { return x() + 10; }"));
    add("second", c("b", "int x(void); int second(void) { return x() + 20; }"));

    assertThat(call("first")).isEqualTo(11);
    assertThat(call("first")).isEqualTo(12);
    assertThat(call("second")).isEqualTo(21);
    assertThat(call("x")).isEqualTo(1);
    add("third", c("d", "int x(void); int third(void) { return x() + 30; }"));
    assertThat(call("third")).isEqualTo(32);
    assertThat(call("x")).isEqualTo(3);
  }

  @Test
  void programCannotBeReplaced() {
    LinkedObject program = add("start", c("a", "int start(void) { return 1; }"));
    assertThat(call("start")).isEqualTo(1);

    assertThatThrownBy(() ->
            jit.objects()
                .update(update -> update.replace(program, c("a", "int start(void) { return 2; }"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a.o is a whole program, whose functions know each other's code; add its objects one by one to replace them");
    assertThat(call("start")).isEqualTo(1);
  }

  @Test
  void rootThatIsDefinedAlreadyIsRefused() throws IOException {
    library("libx.a", member("x", "int x(void) { return 5; }"));
    jit.add(c("first", "int start(void) { return 1; }"));

    assertThatThrownBy(() -> add("start", c("a", "int x(void); int start(void) { return x(); }")))
        .isInstanceOf(uruk.orc.DuplicateDefinitionException.class);

    assertThat(call("start")).isEqualTo(1);
    assertThat(call("x")).isEqualTo(5);
  }
}
