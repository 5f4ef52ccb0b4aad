package uruk.jit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.LinkException;
import uruk.jitlink.archive.LibraryNotFoundException;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.archive.LibrarySearch.Preference;
import uruk.materialization.Compiler;
import uruk.materialization.LinkedObject;

class LibrariesTest {
  @TempDir private Path folder;
  @AutoClose private final Jit jit = Jit.create();

  private Path compile(String name, String source) throws Exception {
    Path text = Files.writeString(folder.resolve(name + ".c"), source);
    run("gcc", "-O1", "-fPIC", "-c", text.toString(), "-o", folder.resolve(name + ".o").toString());
    return folder.resolve(name + ".o");
  }

  private void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().directory(folder.toFile()).start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }

  private void library(String name, String function, String body) throws Exception {
    compile(name, "int %s(void) { return %s; }".formatted(function, body));
    run("ar", "rcs", "lib" + name + ".a", name + ".o");
  }

  private LibrarySearch search() {
    return new LibrarySearch(List.of(folder), Preference.STATIC_FIRST);
  }

  private int call(String function) throws Throwable {
    return (int) jit.function("int " + function + "(void)").invokeExact();
  }

  @Test
  void helpersOfTheCompilerAreFoundByThemselves() throws Throwable {
    jit.add(
        Compiler.c(
            "wide",
            "unsigned __int128 a = 7, b = 3; _Complex double c = 2;"
                + " int quotient(void) { return a / b * 10 + (int) __real__ (c * c); }"));

    assertThat(call("quotient")).isEqualTo(24);
  }

  @Test
  void theCppRuntimeIsLinkedFromItsArchive() throws Exception {
    jit.add(
        Compiler.cpp(
            "thrower",
            """
            #include <sstream>
            #include <stdexcept>
            int main(int argc, char **) {
              try {
                throw std::runtime_error("thrown");
              } catch (const std::exception &e) {
                std::ostringstream text;
                text << e.what() << argc;
                return text.str() == "thrown1" ? 42 : 1;
              }
            }
            """));
    Process compiler =
        new ProcessBuilder("g++", "-print-file-name=libstdc++.a").redirectErrorStream(true).start();
    String archive = new String(compiler.getInputStream().readAllBytes(), UTF_8).strip();
    jit.addArchive(Path.of(archive));

    assertThat(jit.runMain("thrower", List.of())).isEqualTo(42);
    assertThat(jit.objects().objects())
        .extracting(LinkedObject::name)
        .anyMatch(name -> name.contains("libstdc++.a(eh_throw.o)"));
  }

  @Test
  void missingNamesAreSearchedThereLast() {
    jit.add(Compiler.c("user", "int nowhere(void); int f(void) { return nowhere(); }"));

    assertThatThrownBy(() -> call("f"))
        .hasMessageContaining(
            "searched \"main\", \"process\" with the symbols of this process,"
                + " \"compiler\" with libc_nonshared.a, libgcc.a");
  }

  @Test
  void scriptNamesArchivesAndOtherLibraries() throws Throwable {
    library("one", "one", "1");
    library("two", "two", "2");
    compile("three", "int three(void) { return 3; }");
    Files.writeString(
        folder.resolve("liball.so"),
        "/* GNU ld script */ OUTPUT_FORMAT(elf64-x86-64)\nGROUP ( libone.a AS_NEEDED ( -ltwo ) )\nINPUT(three.o)");
    jit.addLibrary("all", search());
    jit.add(
        Compiler.c(
            "user",
            "int one(void), two(void), three(void);"
                + " int sum(void) { return one() + 10 * two() + 100 * three(); }"));

    assertThat(call("sum")).isEqualTo(321);
  }

  /**
   * As a compiler driver is asked; the archives of glibc are scripts and parts of static programs.
   */
  @Test
  void libraryOfTheCLibraryIsTheOneOfTheProcess() throws Throwable {
    List<Path> system = List.of(Path.of("/usr/lib32"), Path.of("/usr/lib/x86_64-linux-gnu"));
    LibrarySearch search = new LibrarySearch(system, Preference.STATIC_FIRST);
    List<String> notes = new ArrayList<>();
    try (Jit program = Jit.builder().warnings(notes::add).create()) {
      for (String name : List.of("m", "c", "pthread", "dl", "rt")) {
        program.addLibrary(name, search);
      }
      program.add(
          Compiler.c(
              "user",
              "#include <math.h>\n#include <stdlib.h>\nstatic void f(void) {}"
                  + " int sum(int a) { atexit(f); return (int) (sin(a) * 10) + (int) pow(2, a); }"));

      assertThat((int) program.function("int sum(int)").invokeExact(2)).isEqualTo(13);
    }
    assertThat(notes)
        .contains("/usr/lib32/libm.so: passed over, it is for i386")
        .contains("/usr/lib32/libc.so: passed over, it is for elf32-i386");
  }

  @Test
  void archiveOfGlibcThatOnlyStaticProgramsCanUseIsExplained() {
    jit.addLibrary(
        ":libm.a",
        new LibrarySearch(List.of(Path.of("/usr/lib/x86_64-linux-gnu")), Preference.STATIC_FIRST));
    jit.add(
        Compiler.c(
            "user", "double sin(double); int f(void) { return (int) sin(0.5); }", "-fno-builtin"));

    assertThatThrownBy(() -> call("f"))
        .hasMessageContaining("libm-2.")
        .hasMessageContaining("Only a statically linked program has it");
  }

  @Test
  void namesThatSeveralObjectsMissAreToldAtOnce() {
    jit.add(Compiler.c("b", "int x_of_b(void); int b(void) { return x_of_b(); }"));
    jit.add(Compiler.c("c", "int y_of_c(void); int c(void) { return y_of_c(); }"));
    jit.add(
        Compiler.c(
            "a",
            "#include <math.h>\nint b(void), c(void); int a(void) { return b() + c() + (int) sin(1.5); }"));

    assertThatThrownBy(() -> call("a"))
        .hasMessageContaining("x_of_b: needed by b.o, at b+0x")
        .hasMessageContaining("y_of_c: needed by c.o, at c+0x")
        .hasMessageNotContaining("sin: needed");
  }

  @Test
  void librariesAreSearchedInTheirOrder() throws Throwable {
    library("first", "chosen", "1");
    library("second", "chosen", "2");
    jit.addLibrary("first", search());
    jit.addLibrary("second", search());

    assertThat(call("chosen")).isEqualTo(1);
  }

  @Test
  void sharedLibraryIsLoadedIntoTheProcess() throws Throwable {
    compile("dynamic", "int from_shared(void) { return 5; }");
    run("gcc", "-shared", "-o", "libdynamic.so", "dynamic.o");
    jit.addLibrary("dynamic", search());

    assertThat(call("from_shared")).isEqualTo(5);
  }

  @Test
  void librariesAreFoundInTheSearchPathThenInTheSystem() throws Throwable {
    library("z", "chosen", "8"); // also the name of a library of the system
    library("own", "own", "9");
    try (Jit searching = Jit.builder().searchPath(folder, Path.of("/nowhere")).create()) {
      searching.addLibrary("z");
      searching.addLibrary("own");
      searching.addLibrary("sqlite3");
      searching.addLibrary(":libown.a");

      assertThat((int) searching.function("int chosen(void)").invokeExact()).isEqualTo(8);
      assertThat((int) searching.function("int own(void)").invokeExact()).isEqualTo(9);
      assertThat((int) searching.function("int sqlite3_libversion_number(void)").invokeExact())
          .isPositive();
      assertThatThrownBy(() -> searching.addLibrary("absent"))
          .isInstanceOf(LibraryNotFoundException.class)
          .hasMessageContaining(folder.toString());
    }
  }

  @Test
  void absentLibraryIsRefusedWithTheDirectories() {
    assertThatThrownBy(() -> jit.addLibrary("absent", search()))
        .isInstanceOf(LibraryNotFoundException.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void damagedScriptLeavesTheProgramUsable() throws Throwable {
    Files.writeString(folder.resolve("libbad.so"), "GROUP ( libbad.so");
    Files.writeString(folder.resolve("libloop.so"), "INPUT ( libloop.so )");

    assertThatThrownBy(() -> jit.addLibrary("bad", search())).isInstanceOf(LinkException.class);
    assertThatThrownBy(() -> jit.addLibrary("loop", search())).isInstanceOf(LinkException.class);
    jit.add(Compiler.c("good", "int good(void) { return 6; }"));
    assertThat(call("good")).isEqualTo(6);
  }
}
