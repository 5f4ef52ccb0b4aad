package uruk.tools.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFileTest {

  @TempDir private Path folder;

  @Test
  void theSuffixTellsTheLanguage() {
    assertThat(SourceFile.of("a.rs"))
        .contains(new SourceFile(Path.of("a.rs"), SourceLanguage.RUST, false));
    assertThat(SourceFile.of("a.o")).isEmpty();
  }

  @Test
  void aScriptWithoutSuffixIsC() throws IOException {
    Path script = Files.writeString(folder.resolve("tool"), "#!/usr/bin/env -S uruk run\n");
    assertThat(SourceFile.of(script.toString()))
        .contains(new SourceFile(script, SourceLanguage.C, true));
  }

  @Test
  void theCompilerDoesNotSeeAScriptsFirstLine() throws IOException {
    Path script = Files.writeString(folder.resolve("tool.c"), "#!/usr/bin/env\nint x;\n");
    SourceFile source = SourceFile.of(script.toString()).orElseThrow();

    assertThat(new String(new CDriver(List.of()).input(source), StandardCharsets.UTF_8))
        .isEqualTo("# 2 \"" + script + "\"\nint x;\n");
  }

  @Test
  void rustTakesLevelsOfOptimizationAndDebugInformation() {
    CompilerOptions options =
        new CompilerOptions(Optional.of("tcc"), List.of("-O2", "-Wall", "-g3"), true);

    SourceFile source = new SourceFile(Path.of("functions.rs"), SourceLanguage.RUST, false);

    assertThat(options.driver(source).options())
        .containsExactly("--crate-type=cdylib", "-Copt-level=2", "-g");
    assertThat(options.command(SourceLanguage.RUST)).isEqualTo("rustc");
    assertThat(options.command(SourceLanguage.CPLUSPLUS)).isEqualTo("tcc");
  }
}
