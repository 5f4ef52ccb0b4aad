package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.examples.RealProgram.Finished;

/** A program under {@code uruk run} behaves to its shell as the ordinarily linked one does. */
class ShellMannersTest {

  private static final String PROGRAM =
      """
      #include <locale.h>
      #include <signal.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      static void quick(void) { puts("at_quick_exit"); fflush(stdout); }
      int main(int argc, char **argv) {
        const char *what = argc > 1 ? argv[1] : "";
        if (!strcmp(what, "segv")) { volatile int *nothing = 0; return *nothing; }
        if (!strcmp(what, "abort")) abort();
        if (!strcmp(what, "raise")) { raise(atoi(argv[2])); return 0; }
        if (!strcmp(what, "signals")) {
          for (int signal = 1; signal < 32; signal++) {
            struct sigaction action;
            sigaction(signal, NULL, &action);
            int ours = signal == SIGILL || signal == SIGABRT || signal == SIGBUS || signal == SIGFPE
                || signal == SIGSEGV || signal == SIGUSR2;
            if (!ours && action.sa_handler != SIG_DFL) printf("%d is not at its default\\n", signal);
          }
        }
        if (!strcmp(what, "yes")) for (;;) puts("y");
        if (!strcmp(what, "echo")) for (int i = 2; i < argc; i++) puts(argv[i]);
        if (!strcmp(what, "stdin")) printf("%d\\n", getchar());
        if (!strcmp(what, "locale")) printf("%.1f %s %d\\n", 1.5, setlocale(LC_ALL, NULL), (int) MB_CUR_MAX);
        if (!strcmp(what, "quick")) { at_quick_exit(quick); at_quick_exit(quick); }
        if (!strcmp(what, "quick") && argc > 2) quick_exit(4);
        return 0;
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    new UrukCommand(folder).write("program.c", PROGRAM);
  }

  @ParameterizedTest
  @CsvSource({
    "segv, 139",
    "abort, 134",
    "raise 15, 143",
    "raise 1, 129",
    "raise 3, 131",
    "raise 13, 141",
    "raise 8, 136",
    "yes | head -n 1, 141",
    "signals, 0",
    "echo a 'b c', 0",
    "quick, 0",
    "quick now, 4",
    "stdin <&-, 0",
    "stdin </dev/null, 0",
  })
  void outputAndStatusAreTheOrdinaryPrograms(String arguments, int status) throws Exception {
    Finished linked =
        shell("cc -o ordinary program.c && { " + piped("./ordinary", arguments) + "; }");
    Finished run = shell(piped(UrukCommand.PATH + " run program.c --", arguments));
    assertThat(run.status()).isEqualTo(linked.status()).isEqualTo(status);
    assertThat(run.output()).isEqualTo(linked.output());
  }

  @Test
  void numbersAreNotPrintedInTheUsersLocale() throws Exception {
    String locale =
        "mkdir locales && localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8; LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 ";
    assertThat(shell(locale + UrukCommand.PATH + " run program.c -- locale").output())
        .isEqualTo("1.5 C 1\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void argumentsAreTheBytesThatWereTyped(String locale) throws Exception {
    String words = "\"$(printf 'n\\303\\251')\" \"$(printf 'a\\377b')\"";
    assertThat(
            shell(
                    "LC_ALL=%s %s run program.c -- echo %s | od -An -tx1"
                        .formatted(locale, UrukCommand.PATH, words))
                .output()
                .strip())
        .isEqualTo("6e c3 a9 0a 61 ff 62 0a");
  }

  @Test
  void aSignalWhileCompilingLeavesNothingBehind() throws Exception {
    Path compiler = folder.resolve("slow");
    Files.writeString(compiler, "#!/bin/sh\necho >started\nexec sleep 60\n");
    assertThat(compiler.toFile().setExecutable(true)).isTrue();
    Finished finished =
        shell(
            """
            export XDG_CACHE_HOME=$PWD/cache
            %s run --cc ./slow program.c & process=$!
            while [ ! -e started ]; do sleep 0.05; done
            kill -TERM $process
            wait $process
            """
                .formatted(UrukCommand.PATH));
    assertThat(finished.status()).isEqualTo(143);
    assertThat(finished.messages()).doesNotContain("Exception");
    assertThat(folder.resolve("cache/uruk/objects")).isEmptyDirectory();
  }

  @Test
  void whatCannotBeWrittenIsSaid() throws Exception {
    Finished full = shell(UrukCommand.PATH + " doctor >/dev/full");
    assertThat(full.status()).isEqualTo(3);
    assertThat(full.messages())
        .isEqualTo("uruk: standard output cannot be written: No space left on device\n");
    Finished closed =
        shell("{ sleep 2; %s doctor; echo $? >status; } | true".formatted(UrukCommand.PATH));
    assertThat(closed.messages()).isEmpty();
    assertThat(folder.resolve("status")).hasContent("141");
  }

  @Test
  void whatTheSystemRefusesTheSetUpIsSaidOnce() throws Exception {
    Files.writeString(folder.resolve("nothing.c"), "int main(void) { return 0; }\n");
    Finished compiled = shell("cc -c nothing.c");
    assertThat(compiled.status()).isZero();

    Finished refused =
        shell(
            "(ulimit -f 0; exec %s run nothing.o) 2>&1 | cat >&2; exit ${PIPESTATUS[0]}"
                .formatted(UrukCommand.PATH));

    assertThat(refused.status()).isEqualTo(3);
    assertThat(refused.messages())
        .startsWith("uruk run: write of ")
        .endsWith(" failed: File too large (errno 27).\n")
        .hasLineCount(1);
  }

  /** The status is the first command's of a pipe. */
  private static String piped(String program, String arguments) {
    int pipe = arguments.indexOf('|');
    return pipe < 0
        ? program + " " + arguments
        : "{ %s %s; echo $? >status; } %s; exit $(cat status)"
            .formatted(program, arguments.substring(0, pipe), arguments.substring(pipe));
  }

  private Finished shell(String script) throws IOException, InterruptedException {
    return RealProgram.finish(
        folder, List.of("env", "--default-signal", "bash", "-c", "ulimit -c 0; " + script));
  }
}
