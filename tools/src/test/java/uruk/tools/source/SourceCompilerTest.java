package uruk.tools.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.tools.CommandException;
import uruk.tools.source.SourceCompiler.Compilation;
import uruk.tools.source.SourceCompiler.Compiled;

class SourceCompilerTest {

  @TempDir private Path folder;
  private Path source;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.writeString(folder.resolve("answer.c"), "int answer(void) { return 42; }\n");
  }

  @Test
  void theSecondCompilationIsFromTheCache() {
    Compiled compiled = compile();
    assertThat(compiled.object()).isNotEmptyFile();
    assertThat(compiler().start(source())).isEqualTo(new Compilation.Cached(compiled));
  }

  @Test
  void aChangedSourceIsCompiledAgain() throws IOException {
    compile();
    Files.writeString(source, "int answer(void) { return 43; }\n");
    assertThat(startAndFinish()).isInstanceOf(Compilation.Running.class);
  }

  @Test
  void aChangedHeaderIsNoticed() throws IOException {
    Path header = Files.writeString(folder.resolve("answer.h"), "#define ANSWER 42\n");
    Files.writeString(source, "#include \"answer.h\"\nint answer(void) { return ANSWER; }\n");
    compile();
    Files.writeString(header, "#define ANSWER 4242\n");
    assertThat(startAndFinish()).isInstanceOf(Compilation.Running.class);
  }

  @Test
  void otherOptionsAreAnotherObject() {
    Compiled plain = compile();
    SourceCompiler optimizing = compiler("-O2");
    assertThat(optimizing.await(optimizing.start(source()))).isNotEqualTo(plain);
  }

  @Test
  void aCompilerThatFailsIsNamedAndLeavesNothing() throws IOException {
    Files.writeString(source, "#error not today\n");
    assertThatThrownBy(this::compile)
        .isInstanceOf(CommandException.class)
        .hasMessage(source + ": cc ended with status 1, its messages are above");
    assertThat(folder.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void aMissingCompilerIsNamedWithTheWayOut() {
    SourceCompiler compiler =
        new SourceCompiler(
            cache(), new CompilerOptions(Optional.of("no-such-compiler"), List.of(), false));
    assertThatThrownBy(() -> compiler.start(source()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("no 'no-such-compiler' on the PATH")
        .hasMessageContaining("--cc");
  }

  private Compiled compile() {
    SourceCompiler compiler = compiler();
    return compiler.await(compiler.start(source()));
  }

  private Compilation startAndFinish() {
    SourceCompiler compiler = compiler();
    Compilation compilation = compiler.start(source());
    compiler.await(compilation);
    return compilation;
  }

  private SourceCompiler compiler(String... options) {
    return new SourceCompiler(
        cache(), new CompilerOptions(Optional.empty(), List.of(options), false));
  }

  private SourceFile source() {
    return SourceFile.of(source.toString()).orElseThrow();
  }

  private ObjectCache cache() {
    return new ObjectCache(folder.resolve("cache"));
  }
}
