package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.examples.RealProgram.Finished;

/** What {@code uruk run} promises to shells and scripts, seen from outside of the process. */
class RunCommandTest {

  private static final Path URUK = UrukCommand.PATH;

  @TempDir private Path folder;

  @Test
  void theStatusIsTheProgramsOwn() throws Exception {
    write("status.c", "int main(int argc, char **argv) { return argc * 10; }");
    assertThat(run("status.c").status()).isEqualTo(10);
    assertThat(run("status.c", "--", "a", "b").status()).isEqualTo(30);
  }

  @Test
  void theFirstFileIsArgumentZero() throws Exception {
    write(
        "zero.c",
        """
        #include <stdio.h>
        int main(int argc, char **argv) { puts(argv[0]); return argv[argc] != NULL; }
        """);
    assertThat(run("zero.c")).isEqualTo(new Finished(0, "zero.c\n", ""));
  }

  @Test
  void mainMayBeHidden() throws Exception {
    write("hidden.c", "int main(void) { return 9; }");
    assertThat(run("-fvisibility=hidden", "hidden.c").status()).isEqualTo(9);
    assertThat(run("--memory", "-fvisibility=hidden", "hidden.c").status()).isEqualTo(9);
  }

  @Test
  void archiveAloneIsAProgramIfItHasMain() throws Exception {
    write("main.c", "int main(void) { return 9; }");
    write("other.c", "int other(void) { return 1; }");
    for (String name : List.of("main", "other")) {
      assertThat(
              new ProcessBuilder(
                      "sh", "-c", "cc -c %1$s.c && ar rcs lib%1$s.a %1$s.o".formatted(name))
                  .directory(folder.toFile())
                  .start()
                  .waitFor())
          .isZero();
    }

    assertThat(run("libmain.a").status()).isEqualTo(9);
    assertThat(run("libother.a"))
        .isEqualTo(
            new Finished(
                3,
                "",
                "uruk run: there is no main in libother.a. Name the file that defines it;"
                    + " \"uruk run FILES --call\" calls another function.\n"));
  }

  @Test
  void standardInputIsTheProgramsEvenWhenItIsCompiledFirst() throws Exception {
    write(
        "echo.c",
        """
        #include <stdio.h>
        int main(void) { int c; while ((c = getchar()) != EOF) putchar(c == '\\n' ? '|' : c); return 0; }
        """);
    assertThat(
            RealProgram.finish(folder, UrukCommand.command("run", "echo.c"), "one\ntwo\n").output())
        .isEqualTo("one|two|");
  }

  @Test
  void theEnvironmentIsTheProgramsToo() throws Exception {
    write(
        "environment.c",
        """
        #include <stdio.h>
        #include <stdlib.h>
        int main(void) { puts(getenv("PATH") ? "has a PATH" : "has none"); return 0; }
        """);
    assertThat(run("environment.c").output()).isEqualTo("has a PATH\n");
  }

  @Test
  void librariesThatTheProgramOpensFindItsSymbolsIfAsked() throws Exception {
    write("plugin.c", "int base(void); int plugin(void) { return base() + 1; }");
    write(
        "host.c",
        """
        #include <dlfcn.h>
        int base(void) { return 41; }
        int main(void) {
          void *library = dlopen("./plugin.so", RTLD_NOW);
          int (*plugin)(void) = library ? dlsym(library, "plugin") : 0;
          return plugin ? plugin() : 7;
        }
        """);
    assertThat(
            RealProgram.finish(
                    folder, List.of("cc", "-shared", "-fPIC", "-o", "plugin.so", "plugin.c"))
                .status())
        .isZero();

    assertThat(run("-rdynamic", "host.c").status()).isEqualTo(42);
    assertThat(run("host.c").status()).isEqualTo(7);
  }

  @Test
  void aFailureOfOursIsToldOnceAndStatusThree() throws Exception {
    write("missing.c", "int elsewhere(void); int main(void) { return elsewhere(); }");
    Finished finished = run("missing.c");
    assertThat(finished.status()).isEqualTo(3);
    assertThat(finished.output()).isEmpty();
    assertThat(finished.messages())
        .startsWith("uruk run: Symbols not found: [ elsewhere ]")
        .contains("elsewhere: needed by missing.c, at main+0x")
        .containsOnlyOnce("not found");
  }

  @Test
  void verboseFailuresHaveTheStackAndAllCauses() throws Exception {
    write("missing.c", "int elsewhere(void); int main(void) { return elsewhere(); }");
    assertThat(run("-v", "missing.c").messages())
        .contains("\tat uruk.materialization.", "Caused by: ");
  }

  @Test
  void aFileThatIsNoObjectIsNamed() throws Exception {
    Files.write(folder.resolve("empty.o"), new byte[0]);
    assertThat(run("empty.o").messages()).hasLineCount(1).contains("empty.o", "empty");
    assertThat(run("absent.o").messages()).hasLineCount(1).contains("absent.o: no such file");
    assertThat(run("-lno-such-library").messages())
        .hasLineCount(1)
        .contains("libno-such-library.a", "-L");
  }

  @Test
  void compilerErrorsAreTheCompilersAndThenOneLine() throws Exception {
    write("broken.c", "int main(void) { return }");
    Finished finished = run("broken.c");
    assertThat(finished.status()).isEqualTo(3);
    assertThat(finished.messages())
        .contains("broken.c:1:")
        .endsWith("uruk run: broken.c: cc ended with status 1, its messages are above\n");
  }

  @Test
  void wrongUsageIsStatusTwo() throws Exception {
    assertThat(run("--no-such-option", "a.c"))
        .isEqualTo(
            new Finished(
                2, "", "uruk run: unknown option '--no-such-option', see 'uruk run --help'\n"));
    assertThat(run().status()).isEqualTo(2);
  }

  @Test
  void helpHasExamples() throws Exception {
    assertThat(run("--help").output()).contains("Examples:", "uruk run hello.c");
  }

  @Test
  void aSymbolicLinkStartsTheCommandFromAnyFolder() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("linked-uruk"), URUK);
    Path again = Files.createSymbolicLink(folder.resolve("again"), link.getFileName());
    assertThat(RealProgram.finish(folder, List.of(again.toString(), "--version")).output())
        .startsWith("uruk ");
    Files.delete(again);
    Files.delete(link);
  }

  @Test
  void theCacheOfLinkedClassesIsAccepted() throws Exception {
    // With AOTMode=on the virtual machine ends when it rejects the cache.
    List<String> command =
        List.of(
            "env",
            "URUK_JAVA_OPTIONS=-XX:AOTMode=on -Xlog:class+load:file=classes.log",
            URUK.toString(),
            "--version");
    assertThat(RealProgram.finish(folder, command).status()).isZero();
    assertThat(folder.resolve("classes.log"))
        .content()
        .contains("uruk.tools.Main source: shared objects file");
  }

  /** One that the JDK makes at each start takes up to a millisecond, as long as some links. */
  @Test
  void aStartLoadsNoClassesButThoseOfItsCache() throws Exception {
    write(
        "tiny.c",
        "#include <math.h>\nint main(int count, char **words) { return (int)sqrt(count - 1); }");
    RealProgram.finish(folder, List.of("gcc", "-O2", "-c", "tiny.c"));
    assertThat(run("-O2", "tiny.c", "-lm").status()).isZero(); // compiles it

    assertLoadsFromCache("sources.aot", "-O2", "tiny.c", "-lm");
    assertLoadsFromCache("objects.aot", "tiny.o", "-lm");
  }

  private void assertLoadsFromCache(String cache, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add("env");
    command.add(
        "URUK_JAVA_OPTIONS=-XX:AOTMode=on -Xlog:class+load:file=classes.log"
            + " -Xlog:aot:file=cache.log");
    command.add(URUK.toString());
    command.add("run");
    command.addAll(List.of(arguments));
    assertThat(RealProgram.finish(folder, command).status()).isZero();
    assertThat(folder.resolve("cache.log")).content().contains("Opened AOT cache", "/" + cache);
    assertThat(Files.readAllLines(folder.resolve("classes.log")))
        .filteredOn(line -> !line.contains("opened: ")) // a jar
        .isNotEmpty()
        .allMatch(line -> line.contains("source: shared objects file"));
  }

  @Test
  void timesAndMemoryAreTablesOrJson() throws Exception {
    write("tiny.c", "int main(void) { return 0; }");
    assertThat(run("tiny.c", "--time", "--memory").messages())
        .containsPattern("(?m)^bytes +code +.*total$")
        .containsPattern("(?m)^tiny\\.c +\\d+ ")
        .containsPattern("(?m)^ +\\d+\\.\\d ms  link$");
    Finished json = run("tiny.c", "--time", "--memory", "--json");
    assertThat(json.messages())
        .startsWith("{\"schema\":1,")
        .contains("\"milliseconds\":{\"start\"");
    assertThat(json.linkedObjects()).containsExactly("tiny.c");
  }

  @Test
  void aRejectedCacheOfLinkedClassesIsSaid() throws Exception {
    write("tiny.c", "int main(void) { return 5; }");
    List<String> command =
        List.of(
            "env", "URUK_JAVA_OPTIONS=--add-modules java.sql", URUK.toString(), "run", "tiny.c");
    Finished finished = RealProgram.finish(folder, command);
    assertThat(finished.status()).isEqualTo(5);
    assertThat(finished.messages())
        .hasLineCount(1)
        .contains("the JDK rejected the cache", "URUK_JAVA_OPTIONS=-Xlog:aot says why");
  }

  @Test
  void verboseTellsWhereTheStartWent() throws Exception {
    write("tiny.c", "int main(void) { return 0; }");
    assertThat(run("-v", "tiny.c").messages())
        .contains("linked tiny.c", " ms virtual machine", "classes loaded, AOT cache used");
  }

  @Test
  void failuresAreRedOnATerminalOnly() throws Exception {
    List<String> terminal =
        List.of("script", "-qec", "TERM=xterm " + URUK + " run absent.o", "/dev/null");
    assertThat(RealProgram.finish(folder, terminal).output()).contains("\033[1;31muruk run:");
    List<String> plain =
        List.of("script", "-qec", "TERM=xterm NO_COLOR=1 " + URUK + " run absent.o", "/dev/null");
    assertThat(RealProgram.finish(folder, plain).output())
        .contains("uruk run: absent.o")
        .doesNotContain("\033");
  }

  private void write(String file, String text) throws IOException {
    new UrukCommand(folder).write(file, text);
  }

  private Finished run(String... arguments) throws IOException, InterruptedException {
    return new UrukCommand(folder).run(arguments);
  }
}
