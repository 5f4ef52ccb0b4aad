package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.examples.RealProgram.Finished;

/**
 * Every program of the matrix, large ones too: exit status and output are those of the ordinarily
 * linked one. {@link RealProgramsTest} and {@link LanguagesTest} are the short form.
 */
@Tag("long")
class MatrixTest {

  private static final String SCRIPT =
      Path.of(System.getProperty("uruk.root"), "benchmarks", "programs").toString();

  @TempDir static Path folder;

  static Stream<String> names() throws Exception {
    return RealProgram.finish(folder, List.of(SCRIPT, "names")).output().lines();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyProgramRunsAsWhenItIsLinkedOrdinarily(String name) throws Exception {
    Finished matrix = RealProgram.finish(folder, List.of(SCRIPT, "matrix", name));

    assertThat(matrix.output())
        .containsPattern("(?m)^\\| " + Pattern.quote(name) + " \\| [0-9.]+ s, \\d+ MB \\|");
  }
}
