package uruk.tools.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import uruk.tools.UsageException;
import uruk.tools.program.Input;
import uruk.tools.source.SourceFile;
import uruk.tools.source.SourceLanguage;

class RunRequestTest {

  @Test
  void inputsKeepTheirOrder() {
    RunRequest request =
        RunRequest.of(List.of("main.c", "-lz", "extra.o", "--lib=m", "--lib", "lua", "libmine.a"));
    assertThat(request.files().inputs())
        .containsExactly(
            new Input.Source(new SourceFile(Path.of("main.c"), SourceLanguage.C, false)),
            new Input.Library("z"),
            new Input.Binary(Path.of("extra.o")),
            new Input.Library("m"),
            new Input.Library("lua"),
            new Input.Binary(Path.of("libmine.a")));
  }

  @Test
  void compilerOptionsArePassedOnAsTyped() {
    RunRequest request =
        RunRequest.of(List.of("-O2", "-I", "include", "-DNDEBUG", "-std=c11", "-g", "a.c"));
    assertThat(request.files().compilation().words())
        .containsExactly("-O2", "-Iinclude", "-DNDEBUG", "-std=c11", "-g");
  }

  @Test
  void theProgramsArgumentsFollowTwoDashes() {
    RunRequest request = RunRequest.of(List.of("a.o", "--memory", "--", "--memory", "b"));
    assertThat(request.programArguments()).containsExactly("--memory", "b");
    assertThat(request.reports().memory()).isTrue();
  }

  @Test
  void withoutFilesThereIsNothingToRun() {
    assertThatThrownBy(() -> RunRequest.of(List.of("-O2")))
        .isInstanceOf(UsageException.class)
        .hasMessage("no file to run");
  }

  @Test
  void jsonNeedsSomethingToReport() {
    assertThatThrownBy(() -> RunRequest.of(List.of("a.o", "--json")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--memory, --time or --call");
  }
}
