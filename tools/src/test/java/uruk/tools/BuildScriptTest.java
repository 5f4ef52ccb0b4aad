package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * When the command is built again; its scripts run in a copy of the repository with nothing in it.
 */
class BuildScriptTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @TempDir private Path folder;
  private Path home;

  @BeforeEach
  void copyScripts() throws IOException {
    home = Files.createDirectories(folder.resolve("a home; with \"signs\" & blanks"));
    Files.createDirectories(home.resolve("scripts"));
    for (String script : List.of("build", "assemble", "find-jdk25", "is-built")) {
      Files.copy(ROOT.resolve("scripts").resolve(script), home.resolve("scripts").resolve(script));
    }
    Files.createDirectories(home.resolve("core/src/main/java/uruk/core"));
    Files.writeString(home.resolve("core/src/main/java/uruk/core/A.java"), "class A {}");
    Files.createDirectories(home.resolve("jars"));
    Files.writeString(home.resolve("jars/a.jar"), "");
    script("uruk", "exit 0");
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(home.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private int run(String shellCommand) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", shellCommand)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(output).isTrue();
    return process.exitValue();
  }

  private int isBuilt() throws Exception {
    return run(". scripts/is-built; is_built \"$PWD\"");
  }

  @Test
  void whatWasCompiledIsBuilt() throws Exception {
    script("mvnw", "exec scripts/assemble jars");
    assertThat(isBuilt()).isNotZero();
    assertThat(run("scripts/build")).isZero();
    assertThat(isBuilt()).isZero();
  }

  /** A build takes a minute or two: time enough to save another file. */
  @Test
  void whatIsEditedDuringTheBuildIsNotBuilt() throws Exception {
    script(
        "mvnw",
        "touch -d '1 minute' core/src/main/java/uruk/core/A.java; exec scripts/assemble jars");
    assertThat(run("scripts/build")).isZero();
    assertThat(isBuilt()).isNotZero();
  }

  /** Programs that "uruk run" has started hand it on. */
  @Test
  void roomForStaticTlsIsNotMadeInTheBuildsThreads() throws Exception {
    script("mvnw", "[ -z \"${GLIBC_TUNABLES:-}\" ] && exec scripts/assemble jars");
    assertThat(run("GLIBC_TUNABLES=glibc.rtld.optional_static_tls=100000 scripts/build")).isZero();
  }

  @Test
  void aBuildThatFailsSaysSo() throws Exception {
    script("mvnw", "echo '[ERROR] no'; exit 1");
    assertThat(run("scripts/build")).isEqualTo(3);
    assertThat(isBuilt()).isNotZero();
  }
}
