package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts the command in processes of its own, as the launcher does, with caches that do not fit.
 */
class AotCacheTest {
  private static final Path TOOLS = Path.of(System.getProperty("java.home"), "bin");
  private static final String JAVA = TOOLS.resolve("java").toString();
  private static final String JAR = TOOLS.resolve("jar").toString();
  private static final int PROGRAMS_STATUS = 7;

  @TempDir private Path home;
  private Path cache;
  private Path program;

  /** What a process did. */
  private record Outcome(int status, String err) {}

  @BeforeEach
  void writeProgram() throws IOException {
    cache = home.resolve("sources.aot");
    program = Files.writeString(home.resolve("seven.c"), "int main(void) { return 7; }\n");
  }

  @Test
  void withoutCacheNothingIsSaid() throws Exception {
    assertThat(uruk()).isEqualTo(new Outcome(PROGRAMS_STATUS, ""));
  }

  @Test
  void fileThatIsNoCacheIsToldAndTheProgramRuns() throws Exception {
    Files.writeString(cache, "no cache");

    assertThat(uruk()).isEqualTo(toldAndRun());
  }

  @Test
  void cacheOfAnotherClassPathIsToldAndTheProgramRuns() throws Exception {
    makeCacheOfAnotherProgram();

    assertThat(uruk()).isEqualTo(toldAndRun());
  }

  @Test
  void cacheThatIsCutOffIsToldAndTheProgramRuns() throws Exception {
    makeCacheOfAnotherProgram();
    byte[] whole = Files.readAllBytes(cache);
    Files.write(cache, Arrays.copyOf(whole, whole.length / 2));

    assertThat(uruk()).isEqualTo(toldAndRun());
  }

  @Test
  void startTimesOfVerboseRunsNameTheRejectedCache() throws Exception {
    Files.writeString(cache, "no cache");

    assertThat(uruk("-v").err())
        .contains("virtual machine, then ", "classes loaded, AOT cache rejected: the JDK rejected");
  }

  private Outcome toldAndRun() {
    String complaint =
        "uruk run: the JDK rejected the cache that the build made (%s), so starts take twice as"
            + " long. URUK_JAVA_OPTIONS=-Xlog:aot says why; remove .uruk and start uruk again for"
            + " a new one.\n";
    return new Outcome(PROGRAMS_STATUS, complaint.formatted(cache));
  }

  /** Its class path is a file that the command's does not begin with. */
  private void makeCacheOfAnotherProgram() throws Exception {
    Path jar = home.resolve("other.jar");
    process(JAR, "--create", "--file", jar.toString(), "-C", home.toString(), "seven.c");
    process(
        JAVA,
        "-XX:AOTCacheOutput=" + cache,
        "-cp",
        jar.toString(),
        "-m",
        "jdk.jartool/sun.tools.jar.Main",
        "--version");
    assertThat(cache).isNotEmptyFile();
  }

  private Outcome uruk(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(JAVA, "-Xlog:disable", "-Xlog:all=warning,aot=off:stderr"));
    if (Files.exists(cache)) {
      command.addAll(List.of("-XX:AOTCache=" + cache, "-Duruk.aot-cache=" + cache));
    }
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", classPath(), "uruk.tools.Main", "run"));
    command.addAll(List.of(options));
    command.add(program.toString());
    return run(command);
  }

  /** Tests run with the modules on the module path. */
  private static String classPath() {
    return Stream.of("jdk.module.path", "java.class.path")
        .map(System::getProperty)
        .filter(Objects::nonNull)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void process(String... command) throws Exception {
    Outcome outcome = run(List.of(command));
    assertThat(outcome.status()).as(outcome.err()).isZero();
  }

  private Outcome run(List<String> command) throws Exception {
    Path err = home.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("XDG_CACHE_HOME", home.resolve("cache").toString());
    Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended: " + command).isTrue();
    return new Outcome(process.exitValue(), Files.readString(err));
  }
}
