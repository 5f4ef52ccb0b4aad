package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.examples.RealProgram.Finished;

/** Runs the stories of {@code hot-update} as a reader does: from source, with the built jars. */
class HotUpdateTest {

  private static final Path ROOT = Path.of(System.getProperty("uruk.root"));

  @TempDir private Path folder;

  @Test
  void noAnswerIsWrongWhileTheHandlerIsReplacedUnderFourThreads() throws Exception {
    assertThat(told("ReplaceUnderLoad"))
        .isEqualTo(
            """
            1000 updates under 4 threads
            calls that straddled an update: some; wrong or outdated answers: none
            """);
  }

  @Test
  void theCounterGoesOnCountingInItsNewVersion() throws Exception {
    assertThat(told("KeepData"))
        .startsWith("2 hits, then one of the new version's that count 10: 12\n")
        .contains("refused: counter.c: hits cannot keep its value: it has 8 bytes at 0x")
        .endsWith("replaced without keeping, it counts from 0\n");
  }

  @Test
  void instancesThatLiveRunTheNewBodyOfTheirMethod() throws Exception {
    assertThat(told("LiveInstances"))
        .isEqualTo(
            """
            an instance that lived before: 9.0
            an instance made since: 16.0
            """);
  }

  @Test
  void updatesThatFailChangeNothingAndOneIsTakenBack() throws Exception {
    assertThat(told("FailAndRollBack"))
        .isEqualTo(
            """
            refused: Symbols not found: [ discount ]
            refused: The update would take symbols away that others use:
            made, and rolled back: generation 1 runs
            """);
  }

  private String told(String story) throws Exception {
    Finished finished =
        RealProgram.finish(
            folder,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dexamples=" + ROOT.resolve("examples"),
                "-cp",
                ROOT.resolve(".uruk/lib") + "/*",
                ROOT.resolve("examples/hot-update").resolve(story + ".java").toString()));
    assertThat(finished.status()).as(finished.messages()).isZero();
    return finished.output();
  }
}
