package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jit.Jit;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.host.NativeCall;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DuplicateDefinitionException;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/** Programs that are collected before they are added. */
class ProgramTest {
  private static final ObjectFile START =
      Compiler.c("a", "int x(void); int start(void) { return x() + 1; }");

  @TempDir private Path folder;
  @AutoClose private final Jit jit = Jit.create();

  /** An archive whose {@code x} needs {@code y}, in a member of its own. */
  private Path archive() throws IOException {
    Path x = member("x", "int program_y(void); int x(void) { return program_y() + 10; }");
    Path y = member("y", "int program_y(void) { return 100; }");
    Path later = member("later", "int later(void) { return 5; }");
    Path archive = folder.resolve("libx.a");
    Compiler.run(
        List.of("ar", "rcs", archive.toString(), x.toString(), y.toString(), later.toString()));
    return archive;
  }

  private Path member(String name, String source) throws IOException {
    byte[] object = Compiler.bytes("gcc", name + ".c", source, "-fPIC");
    return Files.write(folder.resolve(name + ".o"), object);
  }

  private static Program collect(List<ObjectFile> files, List<Path> archives) {
    List<LibraryInput> libraries =
        archives.stream().map(path -> new LibraryInput(path, FileKind.of(path), false)).toList();
    return Program.collect(files, libraries, Set.of("start"), Targets.standard(), null);
  }

  /** Its names are known to the whole process from then on, other tests too. */
  private Path shared(String name, String source) throws IOException {
    Path library = folder.resolve(name);
    Compiler.run(
        List.of(
            "gcc", "-shared", "-fPIC", "-o", library.toString(), member(name, source).toString()));
    return library;
  }

  private int call(String function) {
    return (int) NativeCall.call(jit.session().lookup(jit.main(), function).address());
  }

  private void define(String name, String addressOf) {
    ExecutorSymbolDef definition =
        new ExecutorSymbolDef(
            jit.session().lookup(jit.main(), addressOf).address(),
            SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE));
    jit.main().define(AbsoluteSymbols.of(SymbolMap.of(name, definition)));
  }

  @Test
  void collectedProgramIsOneObjectWithItsMembers() throws IOException {
    LinkedObject program = jit.addProgram(collect(List.of(START), List.of(archive())));

    assertThat(call("start")).isEqualTo(111);
    assertThat(jit.objects().objects()).containsExactly(program);
    assertThat(program.symbolNames()).containsExactly("start");
  }

  @Test
  void archivesGoOnToDefineWhatIsAskedForLater() throws IOException {
    jit.addProgram(collect(List.of(START), List.of(archive())));

    assertThat(call("start")).isEqualTo(111);
    assertThat(call("later")).isEqualTo(5);
  }

  @Test
  void whatTheDylibHasAlreadyIsNotTakenFromArchives() throws IOException {
    Program program = collect(List.of(START), List.of(archive()));
    jit.add(Compiler.c("own", "int own(void) { return 1000; }"));
    define("program_y", "own");

    jit.addProgram(program);

    assertThat(call("start")).isEqualTo(1011);
  }

  @Test
  void archivesThatWereAddedBeforeAreSearchedBefore() throws IOException {
    Program program = collect(List.of(START), List.of(archive()));
    Path other = folder.resolve("liby.a");
    Compiler.run(
        List.of(
            "ar",
            "rcs",
            other.toString(),
            member("z", "int program_y(void) { return 7; }").toString()));
    jit.addArchive(other);

    jit.addProgram(program);

    assertThat(call("start")).isEqualTo(18);
  }

  @Test
  void sharedLibraryBeforeAnArchiveDefinesInItsPlace() throws IOException {
    Path shared = shared("libbefore.so", "int program_y(void) { return 30; }");

    jit.addProgram(collect(List.of(START), List.of(shared, archive())));

    assertThat(call("start")).isEqualTo(41);
  }

  @Test
  void sharedLibraryBehindAnArchiveDefinesWhatIsLeft() throws IOException {
    Path shared =
        shared(
            "libbehind.so", "int program_y(void) { return 30; } int program_z(void) { return 4; }");
    ObjectFile start =
        Compiler.c(
            "a", "int x(void), program_z(void); int start(void) { return x() + program_z(); }");

    jit.addProgram(collect(List.of(start), List.of(archive(), shared)));

    assertThat(call("start")).isEqualTo(114);
  }

  @Test
  void whatIsNoLibraryIsRefused() throws IOException {
    Path object = member("x", "int x(void) { return 1; }");

    assertThatThrownBy(() -> collect(List.of(START), List.of(object)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("and no library");
  }

  @Test
  void programThatCannotBeAddedLeavesItsDylibAsItWas() throws IOException {
    jit.add(Compiler.c("own", "int start(void) { return 3; }"));

    assertThatThrownBy(() -> jit.addProgram(collect(List.of(START), List.of(archive()))))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageContaining("start");

    assertThat(jit.main().generators()).isEmpty();
    assertThat(call("start")).isEqualTo(3);
  }

  @Test
  void closedProgramTakesNoMoreMembers() throws IOException {
    Program program = collect(List.of(START), List.of(archive()));
    jit.addProgram(program);
    assertThat(call("start")).isEqualTo(111);

    program.close();

    assertThat(call("start")).isEqualTo(111);
    assertThatThrownBy(() -> call("later")).hasStackTraceContaining("closed");
  }

  @Test
  void damagedArchiveIsToldWhenTheProgramIsCollected() throws IOException {
    Path damaged =
        Files.writeString(folder.resolve("libdamaged.a"), "!<arch>\nnothing of the kind");

    assertThatThrownBy(() -> collect(List.of(START), List.of(archive(), damaged)))
        .isInstanceOf(LinkException.class)
        .hasMessageContaining("libdamaged.a");
  }

  @Test
  void programOfNothingIsRefused() throws IOException {
    List<Path> archives = List.of(archive());

    assertThatThrownBy(() -> collect(List.of(), archives))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no file, and no archive defines start");
  }
}
