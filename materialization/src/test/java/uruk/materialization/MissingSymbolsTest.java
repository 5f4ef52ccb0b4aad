package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.UnresolvedExternalException;
import uruk.orc.ExecutionSession;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.JITDylib;
import uruk.orc.SymbolState;

class MissingSymbolsTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  @BeforeEach
  void processIsVisible() {
    main.addGenerator(ProcessSymbols.all());
  }

  private UnresolvedExternalException failureOf(String function) {
    FailedToMaterializeException failure =
        catchThrowableOfType(
            FailedToMaterializeException.class, () -> session.lookup(main, function));
    assertThat(failure).hasCauseInstanceOf(UnresolvedExternalException.class);
    assertThat(failure.getMessage())
        .contains("because: " + failure.getCause().getMessage())
        .containsOnlyOnce("Symbols not found");
    return (UnresolvedExternalException) failure.getCause();
  }

  @Test
  void objectFunctionAndPlaceThatNeedASymbolAreNamed() {
    layer.add(main, Compiler.c("user", "int missing(int); int f(void) { return missing(1) + 1; }"));

    assertThat(failureOf("f"))
        .hasMessageStartingWith("Symbols not found: [ missing ]\n")
        .hasMessageMatching(
            "(?s).*missing: needed by user.o, at f\\+0x\\w+ \\(\\.text\\+0x\\w+, R_X86_64_PLT32\\).*")
        .hasMessageContaining("searched \"main\" with the symbols of this process");
  }

  @Test
  void allMissingNamesAreToldAtOnceEachWithItsPlaces() {
    layer.add(
        main,
        Compiler.c(
            "user",
            "int one(void); extern int two; int f(void) { return one() + one() + two; }"
                + " int *g = &two;"));

    UnresolvedExternalException failure = failureOf("f");

    assertThat(failure.symbols()).containsExactlyInAnyOrder("one", "two");
    assertThat(failure.getMessage().lines().filter(line -> line.contains("needed by")))
        .hasSize(2)
        .anyMatch(line -> line.matches("  one: needed by .*f\\+0x\\w+ .*, f\\+0x\\w+ .*"))
        .anyMatch(
            line -> line.matches("  two: needed by .*g\\+0x0 \\(\\.data.*, R_X86_64_64\\).*"));
  }

  @Test
  void namesThatTheNextObjectsMissAreToldTogether() throws IOException {
    layer.add(main, Compiler.c("b", "int x(void); int b(void) { return x(); }"));
    layer.add(main, Compiler.c("c", "int x(void), y(void); int c(void) { return x() + y(); }"));
    layer.add(main, Compiler.c("unneeded", "int z(void); int u(void) { return z(); }"));
    layer.add(
        main,
        Compiler.c("a", "int b(void), c(void), w(void); int a(void) { return b() + c() + w(); }"));

    UnresolvedExternalException failure = failureOf("a");

    assertThat(failure.symbols()).containsExactlyInAnyOrder("w", "x", "y");
    assertThat(failure)
        .hasMessageContaining("  w: needed by a.o, at a+0x")
        .hasMessageContaining("  x: needed by b.o, at b+0x")
        .hasMessageContaining("    and by c.o, at c+0x")
        .hasMessageContaining("  y: needed by c.o, at c+0x");
    assertThat(main.symbolState("c")).isEqualTo(SymbolState.NEVER_SEARCHED);
  }

  @Test
  void namesThatSisterObjectsMissAreToldWithTheFirst() {
    layer.add(main, Compiler.c("b", "int x(void); int b(void) { return x(); }"));
    layer.add(main, Compiler.c("c", "int x(void), y(void); int c(void) { return x() + y(); }"));
    layer.add(main, Compiler.c("a", "int b(void), c(void); int a(void) { return b() + c(); }"));

    assertThat(failureOf("a").symbols()).containsExactlyInAnyOrder("x", "y");
  }

  @Test
  void namesThatMembersOfArchivesWouldMissAreToldWithoutLoadingThem(@TempDir Path folder)
      throws IOException {
    Path object =
        Files.write(
            folder.resolve("m.o"),
            Compiler.bytes("gcc", "m.c", "int y(void); int member(void) { return y(); }"));
    Path archive = folder.resolve("libm.a");
    Compiler.run(List.of("ar", "rcs", archive.toString(), object.toString()));
    main.addGenerator(StaticLibrary.open(layer, archive));
    layer.add(main, Compiler.c("a", "int b(void), x(void); int a(void) { return b() + x(); }"));
    layer.add(main, Compiler.c("b", "int member(void); int b(void) { return member(); }"));

    assertThat(failureOf("a"))
        .hasMessageContaining("  x: needed by a.o")
        .hasMessageContaining("  y: needed by " + archive + "(m.o), at member+0x");
    assertThat(main.symbolState("member")).isNull();
  }

  @Test
  void manyPlacesAreCounted() {
    layer.add(
        main, Compiler.c("user", "void m(void); void f(void) { m(); m(); m(); m(); m(); m(); }"));

    assertThat(failureOf("f")).hasMessageContaining("and 3 more places");
  }

  @Test
  void namesOfCPlusPlusAreDemangledAndOverloadsShown() {
    layer.add(
        main,
        Compiler.cpp(
            "user", "namespace ns { int f(const char *); } int g() { return ns::f(\"\"); }"));
    layer.add(main, Compiler.cpp("other", "namespace ns { int f(long a, int b) { return 1; } }"));

    assertThat(failureOf("_Z1gv"))
        .hasMessageContaining("ns::f(char const*) (_ZN2ns1fEPKc): needed by user.o, at g()+0x")
        .hasMessageContaining("there is ns::f(long, int) (_ZN2ns1fEli)");
  }

  @Test
  void misspeltNamesAreGuessed() {
    layer.add(main, Compiler.c("user", "int compute(void); int f(void) { return compute(); }"));
    layer.add(main, Compiler.c("other", "int compute_(void) { return 1; }"));

    assertThat(failureOf("f")).hasMessageContaining("did you mean compute_ (in \"main\")?");
  }

  @Test
  void misspeltNamesOfTheProcessAreGuessed() {
    layer.add(
        main, Compiler.c("user", "int prinft(const char *); int f(void) { return prinft(\"\"); }"));

    assertThat(failureOf("f"))
        .hasMessageContaining("did you mean printf (in the symbols of this process)?");
  }

  @Test
  void misspeltNamesOfArchivesAreGuessedWithoutLoadingMembers(@TempDir Path folder)
      throws IOException {
    Path object =
        Files.write(
            folder.resolve("m.o"),
            Compiler.bytes("gcc", "m.c", "int average_of_all(void) { return 1; }"));
    Path archive = folder.resolve("libmean.a");
    Compiler.run(List.of("ar", "rcs", archive.toString(), object.toString()));
    main.addGenerator(StaticLibrary.open(layer, archive));
    layer.add(
        main,
        Compiler.c("user", "int averag_of_all(void); int f(void) { return averag_of_all(); }"));

    assertThat(failureOf("f"))
        .hasMessageContaining("did you mean average_of_all (in " + archive + ")?");
    assertThat(main.symbols("average")).isEmpty();
  }

  @Test
  void librariesThatPeopleForgetAreNamed() {
    layer.add(
        main,
        Compiler.c(
            "user",
            "extern void *GOMP_x(void), *__gcov_x(void), *caml_x(void);"
                + " void *f(void) { GOMP_x(); __gcov_x(); return caml_x(); }"));

    assertThat(failureOf("f"))
        .hasMessageContaining("add -lgomp.")
        .hasMessageContaining("compile without --coverage.")
        .hasMessageContaining("add libasmrun.a and stdlib.a.");
  }

  @Test
  void chainOfObjectsFailsForTheFirstReasonOnly() {
    layer.add(main, Compiler.c("a", "int b(void); int a(void) { return b(); }"));
    layer.add(main, Compiler.c("b", "int c(void); int b(void) { return c(); }"));
    layer.add(main, Compiler.c("c", "int missing(void); int c(void) { return missing(); }"));

    assertThat(failureOf("a")).hasMessageContaining("missing: needed by c.o, at c+0x");
  }

  @Test
  void hintsKnowWhatIsInWhichLibrary() {
    assertThat(LibraryHint.remedy("atexit"))
        .hasValueSatisfying(hint -> has(hint, "libc_nonshared"));
    assertThat(LibraryHint.remedy("__udivti3")).hasValueSatisfying(hint -> has(hint, "libgcc.a"));
    assertThat(LibraryHint.remedy("__muldc3")).hasValueSatisfying(hint -> has(hint, "libgcc.a"));
    assertThat(LibraryHint.remedy("_ZNSt6vectorIiE1fEv"))
        .hasValueSatisfying(hint -> has(hint, "-lstdc++"));
    assertThat(LibraryHint.remedy("_Znwm")).hasValueSatisfying(hint -> has(hint, "-lstdc++"));
    assertThat(LibraryHint.remedy("cosf")).hasValueSatisfying(hint -> has(hint, "-lm"));
    assertThat(LibraryHint.remedy("main")).hasValueSatisfying(hint -> has(hint, "No object"));
    assertThat(LibraryHint.remedy("my_function")).isEmpty();
  }

  private static void has(String hint, String part) {
    assertThat(hint).contains(part);
  }
}
