package uruk.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs all races in child processes: jcstress is a program that starts others, not a library. */
class RacesTest {
  private static final Pattern PASSED = Pattern.compile("\\[OK] (uruk\\.stress\\.\\w+)");
  private static final String GENERATED = "_jcstress.class";

  @TempDir private Path directory;

  /** By one compiler, with as many processes as there are races. */
  @Test
  void everyRaceEndsInAnOutcomeThatItLists() throws Exception {
    run(
        "-iters",
        "1",
        "-time",
        "100",
        "-sc",
        "false",
        "-af",
        "NONE",
        "-jvmArgs",
        "-XX:TieredStopAtLevel=1");
  }

  /** Interpreted and with each compiler, wherever the threads may be. */
  @Test
  @Tag("long")
  void everyRaceEndsInAnOutcomeThatItListsForLong() throws Exception {
    run("-iters", "3", "-time", "1000");
  }

  private void run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "org.openjdk.jcstress.Main"));
    command.addAll(List.of("-v", "-c", "2", "-f", "1", "-fsm", "1", "-hs", "512", "-pth", "false"));
    command.addAll(List.of("-r", directory.resolve("report").toString()));
    command.addAll(List.of(options));
    Path log = directory.resolve("log");
    Process child =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();

    int status = child.waitFor();

    String said = Files.readString(log);
    assertThat(status).as(said).isZero();
    assertThat(passed(said)).as(said).isEqualTo(races()).hasSizeGreaterThan(15);
  }

  private static Set<String> passed(String said) {
    return PASSED
        .matcher(said)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> races() throws IOException, URISyntaxException {
    Path classes = Path.of(Arena.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.list(classes.resolve("uruk").resolve("stress"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(GENERATED))
          .map(name -> "uruk.stress." + name.substring(0, name.length() - GENERATED.length()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
