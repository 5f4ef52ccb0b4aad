package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What perf sees of linked code. The files are read here, too: not every kernel lets perf work. */
final class PerfTest {
  @TempDir Path directory;

  private Path compile(String name, String function) throws Exception {
    String source =
        """
        static long __attribute__((noinline)) %s(long n) {
          long sum = 0;
          for (volatile long i = 0; i < n; i++) sum += i;
          return sum & 1;
        }
        long spin(long n) { return %s(n) + 1; }
        """
            .formatted(function, function);
    return CompiledFile.compile(directory, "gcc", name + ".c", source, "-O1");
  }

  private record Finished(int status, List<String> lines) {}

  private Finished finish(List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JITDUMPDIR", directory.toString());
    builder.environment().put("PERF_BUILDID_DIR", directory.toString());
    Process process = builder.directory(directory.toFile()).start();
    List<String> lines = process.inputReader().lines().toList();
    return new Finished(process.waitFor(), lines);
  }

  private List<String> run(String... command) throws Exception {
    Finished finished = finish(List.of(command));
    assertThat(finished.status()).as(String.join("\n", finished.lines())).isZero();
    return finished.lines();
  }

  @Test
  void profilerNamesLinkedFunctions() throws Exception {
    List<String> program =
        ChildJvm.command(
            PerfScenario.class,
            compile("first", "first_hot").toString(),
            compile("second", "second_hot").toString());
    boolean works =
        finish(List.of("perf", "record", "-e", "cpu-clock", "-o", "try.data", "true")).status()
            == 0;
    List<String> command = new ArrayList<>();
    if (works) {
      command.addAll(List.of("perf", "record", "-k", "mono", "-e", "cpu-clock", "-o", "perf.data"));
    }
    command.addAll(program);
    List<String> output = run(command.toArray(String[]::new));
    String process =
        output.stream().filter(line -> line.startsWith("process ")).findFirst().orElseThrow();
    String id = process.substring("process ".length());
    Path map = Path.of("/tmp/perf-" + id + ".map");

    assertNamesInMap(Files.readAllLines(map));
    Path dump = directory.resolve(".debug/jit/uruk-jit-%1$s/jit-%1$s.dump".formatted(id));
    assertThat(loaded(Files.readAllBytes(dump)))
        .containsExactlyInAnyOrder("first_hot", "spin", "second_hot", "spin");
    if (works) {
      assertThat(run("perf", "report", "--stdio", "-i", "perf.data"))
          .anyMatch(line -> line.contains("second_hot"));
      run("perf", "inject", "--jit", "-i", "perf.data", "-o", "jit.data");
      assertThat(run("perf", "report", "--stdio", "-i", "jit.data"))
          .anyMatch(line -> line.contains("first_hot"))
          .anyMatch(line -> line.contains("second_hot"));
    }
    Files.delete(map);
  }

  /** The second object has taken the first one's memory, and was removed after it. */
  private static void assertNamesInMap(List<String> lines) {
    assertThat(lines).hasSize(4);
    assertThat(lines).filteredOn(line -> line.matches("0+")).hasSize(2);
    assertThat(lines)
        .filteredOn(line -> line.matches("[0-9a-f]+ [0-9a-f]+ \\[removed] (second_hot|spin)"))
        .hasSize(2);
  }

  /** {@return the names of the functions in a dump} */
  private static List<String> loaded(byte[] bytes) {
    ByteBuffer dump = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    assertThat(dump.getInt(0)).isEqualTo(0x4a695444);
    List<String> names = new ArrayList<>();
    for (int record = dump.getInt(8); record < bytes.length; ) {
      int size = dump.getInt(record + 4);
      assertThat(dump.getInt(record)).isZero();
      int name = record + 56;
      int end = name;
      while (bytes[end] != 0) {
        end++;
      }
      assertThat(record + size).isEqualTo(end + 1 + (int) dump.getLong(record + 40));
      names.add(new String(bytes, name, end - name, StandardCharsets.UTF_8));
      record += size;
    }
    return names;
  }
}
