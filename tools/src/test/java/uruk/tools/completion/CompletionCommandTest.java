package uruk.tools.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.tools.Console;
import uruk.tools.UsageException;
import uruk.tools.run.RunCommand;

/** The shells themselves complete with the scripts. */
class CompletionCommandTest {

  @TempDir private Path folder;
  private final CompletionCommand command = new CompletionCommand(List.of(new RunCommand()));

  private String script(String shell) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(command.run(List.of(shell), new Console(stream, stream))).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }

  private String shell(String shell, String behindTheScript) throws Exception {
    Path file = Files.writeString(folder.resolve("completion"), script(shell));
    Process process =
        new ProcessBuilder(shell, "-c", "source " + file + "\n" + behindTheScript)
            .redirectErrorStream(true)
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    assertThat(shell("bash", "COMP_WORDS=(uruk r); COMP_CWORD=1; _uruk; echo ${COMPREPLY[@]}"))
        .isEqualTo("run");
    assertThat(
            shell("bash", "COMP_WORDS=(uruk run --m); COMP_CWORD=2; _uruk; echo ${COMPREPLY[@]}"))
        .isEqualTo("--memory");
  }

  @Test
  void fishCompletesCommandsAndOptionsWithDescriptions() throws Exception {
    assertThat(shell("fish", "complete -C 'uruk ru'"))
        .isEqualTo("run\t" + new RunCommand().summary());
    assertThat(shell("fish", "complete -C 'uruk run --ti'")).startsWith("--time\t");
    assertThat(shell("fish", "complete -C 'uruk run -std'")).startsWith("-std=\t");
  }

  @Test
  void zshKnowsTheFunction() throws Exception {
    Path script = Files.writeString(folder.resolve("completion"), script("zsh"));
    Process process =
        new ProcessBuilder(
                "zsh",
                "-fc",
                "autoload -U compinit; compinit -D -u; source "
                    + script
                    + "; print ${_comps[uruk]}")
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("_uruk\n");
  }

  @Test
  void anUnknownShellIsToldTheKnownOnes() {
    assertThatThrownBy(() -> command.run(List.of("ksh"), new Console(System.out, System.err)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("bash, zsh, fish");
  }
}
