package uruk.tools.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
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
  void aHeaderOfTheSameSizeAndTimeInItsPlaceIsNoticed() throws IOException {
    Path header = Files.writeString(folder.resolve("answer.h"), "#define ANSWER 42\n");
    Files.writeString(source, "#include \"answer.h\"\nint answer(void) { return ANSWER; }\n");
    compile();
    Path other = Files.writeString(folder.resolve("other.h"), "#define ANSWER 43\n");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(header));
    Files.move(other, header, StandardCopyOption.REPLACE_EXISTING);
    assertThat(startAndFinish()).isInstanceOf(Compilation.Running.class);
  }

  @Test
  void anObjectIsNotKeptIfAFileWasWrittenWhileItWasCompiled() throws IOException {
    SourceCompiler compiler = compiler();
    Compilation begun = compiler.start(source());
    Files.setLastModifiedTime(source, FileTime.from(Instant.now()));
    assertThat(compiler.await(begun).object()).isNotEmptyFile();
    assertThat(startAndFinish()).isInstanceOf(Compilation.Running.class);
    assertThat(startAndFinish()).isInstanceOf(Compilation.Cached.class);
  }

  @Test
  void variablesThatChangeWhatCompilersFindAreAnotherObject() {
    compile();
    SourceCompiler elsewhere =
        new SourceCompiler(
            new ObjectCache(folder.resolve("cache"), Map.of("CPATH", "/elsewhere")),
            new CompilerOptions(Optional.empty(), List.of(), false));
    Compilation compilation = elsewhere.start(source());
    elsewhere.await(compilation);
    assertThat(compilation).isInstanceOf(Compilation.Running.class);
  }

  /** {@code env!} puts the value into the object. */
  @Test
  void environmentThatARustSourceReadsBelongsToTheObject() throws IOException {
    Path script = folder.resolve("environment.rs");
    Files.writeString(
        script,
        "fn main() { println!(\"{:?} {:?}\", option_env!(\"HOME\"), option_env!(\"NO_SUCH\")); }");
    SourceFile rust = SourceFile.of(script.toString()).orElseThrow();
    Map<String, String> same = new HashMap<>(System.getenv());
    Map<String, String> moved = new HashMap<>(System.getenv());
    moved.put("HOME", "/elsewhere");
    Map<String, String> more = new HashMap<>(System.getenv());
    more.put("NO_SUCH", "there is");
    rustCompiler(same).compile(List.of(rust));

    assertThat(rustCompiler(same).start(rust)).isInstanceOf(Compilation.Cached.class);
    for (Map<String, String> other : List.of(moved, more)) {
      SourceCompiler compiler = rustCompiler(other);
      Compilation compilation = compiler.start(rust);
      compiler.await(compilation);
      assertThat(compilation).isInstanceOf(Compilation.Running.class);
    }
  }

  private SourceCompiler rustCompiler(Map<String, String> environment) {
    return new SourceCompiler(
        new ObjectCache(folder.resolve("cache"), environment),
        new CompilerOptions(Optional.empty(), List.of(), false));
  }

  @Test
  void objectsThatCannotBeKeptAreMadeForThisRun() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file where the folder should be");
    assertThat(compile().object()).isNotEmptyFile();
    assertThat(startAndFinish()).isInstanceOf(Compilation.Running.class);
  }

  @Test
  void rustSourcesAreProgramsIfTheyHaveAMainAndMayHaveAnyName() throws IOException {
    assertThat(symbolsOf("1 crate-with.odd name.rs", "fn main() {}")).contains("main");
    assertThat(symbolsOf("part.rs", "#[no_mangle] pub extern \"C\" fn part() -> i32 { 7 }"))
        .contains("part")
        .doesNotContain("main");
  }

  private Set<String> symbolsOf(String name, String text) throws IOException {
    Path rust = Files.writeString(folder.resolve(name), text);
    SourceFile file = SourceFile.of(rust.toString()).orElseThrow();
    Path object = compiler().compile(List.of(file)).get(file.path()).object();
    return ObjectFile.read(object).symbols().definitions().stream()
        .map(ObjectInterface.Definition::name)
        .collect(Collectors.toSet());
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

  @Test
  void aCompilerThatWritesNothingIsRefused() {
    SourceCompiler compiler =
        new SourceCompiler(
            cache(), new CompilerOptions(Optional.of("/bin/true"), List.of(), false));
    assertThatThrownBy(() -> compiler.compile(List.of(source())))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("has not written an object")
        .hasMessageContaining("-MD");
    assertThat(folder.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void aPathToNoProgramIsRefused() {
    SourceCompiler compiler =
        new SourceCompiler(
            cache(), new CompilerOptions(Optional.of(folder + "/absent"), List.of(), false));
    assertThatThrownBy(() -> compiler.compile(List.of(source())))
        .hasMessageContaining("no program " + folder + "/absent")
        .hasMessageContaining("--cc");
  }

  @ParameterizedTest
  @ValueSource(strings = {".o", ".inputs"})
  void aDamagedEntryIsMadeAnew(String suffix) throws IOException {
    Compiled good = compile();
    byte[] object = Files.readAllBytes(good.object());
    Path damaged = Path.of(good.object().toString().replaceFirst("\\.o$", suffix));
    for (byte[] content : List.of(new byte[0], new byte[] {'a', '\t', 0, (byte) 0xff})) {
      Files.write(damaged, content);
      assertThat(startAndFinish()).isInstanceOf(Compilation.Running.class);
      assertThat(good.object()).hasBinaryContent(object);
    }
  }

  @Test
  void moreFilesThanProcessorsAreCompiledAndTheFirstFailureIsTold() throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    for (int i = 0; i <= 2 * Runtime.getRuntime().availableProcessors(); i++) {
      String text = i == 1 ? "#error not today\n" : "int f%d(void) { return 1; }\n".formatted(i);
      Path file = Files.writeString(folder.resolve("file" + i + ".c"), text);
      sources.add(SourceFile.of(file.toString()).orElseThrow());
    }
    assertThatThrownBy(() -> compiler().compile(sources)).hasMessageContaining("file1.c");
    sources.remove(1);
    assertThat(sources)
        .allSatisfy(
            each -> assertThat(compiler().start(each)).isInstanceOf(Compilation.Cached.class));
  }

  @Test
  void theCacheIsWhereTheStandardOfDesktopsPutsIt() {
    assertThat(ObjectCache.cacheFolder(Map.of("XDG_CACHE_HOME", "/x", "HOME", "/h")))
        .isEqualTo(Path.of("/x"));
    assertThat(ObjectCache.cacheFolder(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/h")))
        .isEqualTo(Path.of("/h/.cache"));
    assertThat(ObjectCache.cacheFolder(Map.of()))
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache"));
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
    return new ObjectCache(folder.resolve("cache"), Map.of());
  }
}
