package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gdb sees of linked code. */
final class GdbTest {
  private static final String INNER =
      """
      #include <stdio.h>
      struct point { int x, y; };
      static int twice(int n) {
        struct point here = { 2 * n, n };
        printf("twice %d\\n", here.x);
        return here.x;
      }
      int inner(int n) {
        int local = n + 1;
        return twice(local) + 1;
      }
      """;
  private static final String OUTER =
      """
      extern "C" int inner(int);
      namespace shapes {
      struct Shape {
        int sides;
        int area(int k);
      };
      int Shape::area(int k) {
        return inner(sides * k);
      }
      }
      int main(int argc, char **argv) {
        shapes::Shape shape{3};
        return shape.area(argc) + argc;
      }
      """;
  private static final List<String> LOOK =
      List.of("backtrace 4", "info locals", "up", "info locals", "print n", "continue");

  @TempDir Path directory;
  private Path outer;
  private Path inner;

  @BeforeEach
  void compile() throws Exception {
    inner = CompiledFile.compile(directory, "gcc", "inner.c", INNER, "-g", "-O0");
    outer = CompiledFile.compile(directory, "g++", "outer.cpp", OUTER, "-g", "-O0");
  }

  @Test
  void startedProgramStopsAtLinesOfLinkedCode() throws Exception {
    List<String> commands = new ArrayList<>(List.of("break inner.c:5", "run"));
    commands.addAll(LOOK);
    List<String> gdb = new ArrayList<>(gdb(commands));
    gdb.add("--args");
    gdb.addAll(ChildJvm.command(GdbScenario.class, outer.toString(), inner.toString()));
    Process process =
        new ProcessBuilder(gdb)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .start();
    List<String> output = process.inputReader().lines().toList();

    assertSeesLinkedCode(output);
    assertThat(output)
        .contains("status 10", "debug objects 2", "debug objects 1", "debug objects 0");
  }

  @Test
  void attachedDebuggerFindsWhatWasLinkedBefore() throws Exception {
    Process program =
        new ProcessBuilder(ChildJvm.command(GdbScenario.class, outer.toString(), inner.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader printed = program.inputReader();
    while (!"debug objects 2".equals(printed.readLine())) {
      assertThat(program.isAlive()).isTrue();
    }
    List<String> commands =
        new ArrayList<>(List.of("break inner.c:5", "echo ready\\n", "continue"));
    commands.addAll(LOOK);
    List<String> gdb = new ArrayList<>(gdb(commands));
    gdb.addAll(List.of("-p", Long.toString(program.pid())));
    Process debugger = new ProcessBuilder(gdb).redirectErrorStream(true).start();
    List<String> output = new ArrayList<>();
    BufferedReader seen = debugger.inputReader();
    for (String line = seen.readLine(); line != null; line = seen.readLine()) {
      output.add(line);
      if (line.equals("ready")) {
        program.outputWriter().append('\n').flush();
      }
    }

    assertSeesLinkedCode(output);
    assertThat(printed.lines().toList())
        .contains("status 10", "debug objects 1", "debug objects 0");
    assertThat(program.waitFor()).isZero();
  }

  private List<String> gdb(List<String> commands) throws Exception {
    List<String> script =
        new ArrayList<>(
            List.of(
                "set pagination off",
                "set width 0",
                "set breakpoint pending on",
                "set auto-load off",
                "handle SIGSEGV nostop noprint pass"));
    script.addAll(commands);
    Path file = Files.write(directory.resolve("commands.gdb"), script);
    return List.of("gdb", "-nx", "-batch", "-x", file.toString());
  }

  private static void assertSeesLinkedCode(List<String> output) {
    assertThat(output)
        .as(String.join("\n", output))
        .anyMatch(line -> line.contains("hit Breakpoint 1, twice (n=4) at "))
        .anyMatch(line -> line.matches("5\\t.*printf.*"))
        .anyMatch(line -> line.matches("#0 +twice \\(n=4\\) at .*inner\\.c:5"))
        .anyMatch(line -> line.matches("#1 +0x.* in inner \\(n=3\\) at .*inner\\.c:10"))
        .anyMatch(line ->
            line.matches("#2 +0x.* in shapes::Shape::area \\(this=0x.*, k=1\\) at .*outer.cpp:8"))
        .anyMatch(
            line -> line.matches("#3 +0x.* in main \\(argc=1, argv=0x.*\\) at .*outer.cpp:13"))
        .contains("here = {x = 8, y = 4}", "local = 4", "$1 = 3");
  }
}
