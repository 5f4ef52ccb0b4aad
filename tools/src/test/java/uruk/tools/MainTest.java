package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void helpGoesToStandardOutput() {
    assertThat(run("--help")).isEqualTo(ExitStatus.SUCCESS);
    assertThat(text(out)).startsWith("Usage: uruk COMMAND");
    assertThat(text(err)).isEmpty();
  }

  @Test
  void helpOfACommandIsTheCommands() {
    assertThat(run("help", "inspect")).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run("inspect", "-h")).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run("inspect", "--help")).isEqualTo(ExitStatus.SUCCESS);
    assertThat(text(out).split("Usage: uruk inspect", -1)).hasSize(4);
    assertThat(run("help", "fly")).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(text(err)).contains("unknown command 'fly'");
  }

  @Test
  void aFileNameThatTheLocaleCannotSpellIsRefusedWithTheWayOut() {
    assertThat(run("inspect", "a\uDCFF.o")).isEqualTo(ExitStatus.FAILURE);
    assertThat(text(err)).hasLineCount(1).contains("LC_ALL=C.UTF-8", "rename the file");
  }

  @Test
  void theVersionNamesTheJdk() {
    assertThat(run("--version")).isEqualTo(ExitStatus.SUCCESS);
    assertThat(text(out)).startsWith("uruk ").contains("JDK 25").hasLineCount(1);
  }

  @Test
  void nothingTypedIsWrongUsage() {
    assertThat(run()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(text(err)).startsWith("Usage: uruk COMMAND");
  }

  @Test
  void anUnknownCommandIsNamedInOneLine() {
    assertThat(run("fly")).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(text(err)).isEqualTo("uruk: unknown command 'fly', see 'uruk --help'\n");
  }

  @Test
  void aMistypedCommandIsGuessed() {
    assertThat(run("insepct")).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(text(err)).contains("unknown command 'insepct' (did you mean 'inspect'?), see");
  }

  @Test
  void trainingRunsCommandLinesUntilOneFails() {
    assertThat(run("--train", "--version", "--then", "fly", "--then", "--version"))
        .isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(text(out)).hasLineCount(1);
  }

  private int run(String... arguments) {
    return Main.run(
        List.of(arguments),
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8)));
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
