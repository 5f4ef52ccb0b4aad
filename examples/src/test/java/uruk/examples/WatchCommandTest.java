package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.examples.RealProgram.Finished;

/** {@code uruk watch} as a person meets it: at a terminal, while files are edited. */
class WatchCommandTest {

  private static final Path URUK = Path.of(System.getProperty("uruk.root"), "uruk");

  @TempDir private Path folder;

  /** A command at a pseudo-terminal, and somebody who reads and types. */
  private static final class Person implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 120;
    private static final int LAST_CHARACTERS = 1500;

    private final Process terminal;
    private final StringBuilder seen = new StringBuilder();
    private int read;

    Person(Path folder, String command) throws IOException {
      terminal =
          new ProcessBuilder("script", "-qefc", "stty cols 200 rows 50; " + command, "/dev/null")
              .directory(folder.toFile())
              .start();
      var _ =
          CompletableFuture.runAsync(
              this::close, CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    void types(String line) throws IOException {
      terminal.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      terminal.getOutputStream().flush();
    }

    /** Reads on until a text is on the screen, behind what was read before. */
    void sees(String text) throws IOException {
      InputStream screen = terminal.getInputStream();
      byte[] part = new byte[4096];
      while (seen.indexOf(text, read) < 0) {
        int count = screen.read(part);
        assertThat(count)
            .as(() -> "the screen ended without \"" + text + "\":\n" + end())
            .isPositive();
        seen.append(new String(part, 0, count, StandardCharsets.UTF_8));
      }
      read = seen.indexOf(text, read) + text.length();
    }

    private String end() {
      return seen.substring(Math.max(0, seen.length() - LAST_CHARACTERS));
    }

    int leaves() throws InterruptedException, IOException {
      terminal.getInputStream().transferTo(OutputStream.nullOutputStream());
      return terminal.waitFor();
    }

    @Override
    public void close() {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
    }
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  /** As editors do: a new file takes the place of the old one. */
  private void save(String name, String content) throws IOException {
    Path fresh = Files.writeString(folder.resolve(name + "~"), content);
    Files.move(fresh, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private void writeProgram() throws IOException {
    write("greet.h", "const char *greet(void);\nint count(void);\n#define WORD \"hello\"\n");
    write(
        "server.c",
        """
        #include <stdio.h>
        #include <unistd.h>
        const char *greet(void);
        int count(void);
        int main(void) {
          for (;;) {
            printf("%s, %s\\n", greet(), count() > 1 ? "again" : "first");
            fflush(stdout);
            usleep(20000);
          }
        }
        """);
    write(
        "greet.c",
        """
        #include "greet.h"
        int calls;
        const char *greet(void) { return WORD; }
        int count(void) { return ++calls; }
        """);
  }

  @Test
  void theProgramRunsOnWhileItsFilesAreEdited() throws Exception {
    writeProgram();
    String source = Files.readString(folder.resolve("greet.c"));
    try (Person person = new Person(folder, URUK + " watch --keep server.c greet.c")) {
      person.sees("hello, first");
      person.sees("hello, again");

      save("greet.c", source.replace("WORD", "\"moin\""));
      person.sees("greet.c: 2 symbols replaced in ");
      person.sees("generation 2; generation 1 pinned: calls is used by greet.c: count+0x");
      person.sees("moin, again");

      save("greet.c", source + "oops");
      person.sees("error:");
      person.sees("greet.c: not replaced: ");
      person.sees("moin, again");

      save("greet.c", source + "int missing(void);\nint use(void) { return missing(); }\n");
      person.sees("greet.c: not replaced: Symbols not found: [ missing ]");
      person.sees("moin, again");

      save("greet.c", source.replace("greet(void)", "salute(void)"));
      person.sees("greet.c: not replaced: ");
      person.sees("greet is used by server.c: main+0x");
      person.sees("moin, again");

      save("greet.c", source);
      person.sees("generation 3");
      person.sees("hello, again");

      save("greet.h", "const char *greet(void);\nint count(void);\n#define WORD \"servus\"\n");
      person.sees("generation 4");
      person.sees("servus, again");

      person.types(":rollback");
      person.sees("greet.c: rolled back to generation 3");
      person.sees("hello, again");
      person.types(":rollback");
      person.sees("greet.c: rolled back to generation 2");
      person.sees("moin, again");
      person.types(":rollback");
      person.sees("greet.c: rolled back to generation 1");
      person.types(":rollback");
      person.sees("nothing to roll back");

      Files.delete(folder.resolve("greet.c"));
      person.sees("greet.c: the file is gone; its last version runs on");
      save("greet.c", source.replace("WORD", "\"back\""));
      person.sees("back, again");

      person.types(":users greet");
      person.sees("server.c: main+0x");
      person.types(":symbols gr");
      person.sees("  greet");
      person.types(":symbols");
      person.sees("  main");
      person.types(":objects");
      person.sees("linked   generation 5");
      person.types(":memory");
      person.sees("kept records");
      person.types(":nonsense");
      person.sees("':nonsense' is no command; :help lists them");
      person.types(":quit");
      assertThat(person.leaves()).isZero();
    }
  }

  @Test
  void anObjectThatIsWrittenHalfwayIsRefusedAndTakenWhenItIsWhole() throws Exception {
    write("one.c", "int answer(void) { return 1; }");
    write("two.c", "int answer(void) { return 2; }");
    write(
        "main.c",
        """
        #include <stdio.h>
        #include <unistd.h>
        int answer(void);
        int main(void) {
          for (;;) {
            printf("answer %d.\\n", answer());
            fflush(stdout);
            usleep(20000);
          }
        }
        """);
    assertThat(RealProgram.finish(folder, List.of("cc", "-c", "one.c", "two.c", "main.c")))
        .isEqualTo(new Finished(0, "", ""));
    byte[] second = Files.readAllBytes(folder.resolve("two.o"));
    try (Person person = new Person(folder, URUK + " watch --patch main.o one.o")) {
      person.sees("answer 1.");
      Files.write(folder.resolve("one.o"), Arrays.copyOf(second, second.length / 2));
      person.sees("one.o: not replaced: one.o: ");
      person.sees("answer 1.");
      Files.write(folder.resolve("one.o"), second);
      person.sees("one.o: 1 symbol replaced in ");
      person.sees("answer 2.");
      person.types(":quit");
      assertThat(person.leaves()).isZero();
    }
  }

  @Test
  void withoutATerminalItRunsAndEndsWithTheProgram() throws Exception {
    write("status.c", "int main(int argc, char **argv) { return argc * 10; }");
    assertThat(
            RealProgram.finish(
                folder, List.of(URUK.toString(), "watch", "status.c", "--", "a", "b")))
        .isEqualTo(new Finished(30, "", ""));
  }

  @Test
  void whatCannotBeLinkedAtTheStartIsAnError() throws Exception {
    write("broken.c", "int missing(void); int main(void) { return missing(); }");
    Finished finished = RealProgram.finish(folder, List.of(URUK.toString(), "watch", "broken.c"));
    assertThat(finished.status()).isEqualTo(3);
    assertThat(finished.messages()).contains("Symbols not found: [ missing ]");
  }
}
