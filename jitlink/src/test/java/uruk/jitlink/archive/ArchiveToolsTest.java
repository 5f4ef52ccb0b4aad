package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as the tools of this world write them. */
class ArchiveToolsTest {

  private static final String LONG_NAME = "a_member_with_a_rather_long_name.o";

  @TempDir Path directory;

  @BeforeEach
  void compileTwoObjects() throws Exception {
    compile("f.o", "int f(void) { return 1; } int both(void) { return 1; }");
    compile("sub/" + LONG_NAME, "int g(void) { return 2; } int both(void) { return 2; } int u;");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar rcs",
        "ar rcsT",
        "ar rcsTP",
        "llvm-ar-22 rcs",
        "llvm-ar-22 rcsT",
        "llvm-ar-22 --format=gnu rcs",
        "llvm-ar-22 --format=bsd rcs",
        "llvm-ar-22 --format=darwin rcs",
        "llvm-ar-22 --format=coff rcs"
      })
  void everyDialectIsRead(String command) throws Exception {
    Path file = archive(command, "f.o", "sub/" + LONG_NAME);

    try (Archive archive = Archive.open(file)) {
      assertThat(archive.hasSymbolIndex()).isTrue();
      assertThat(archive.members())
          .extracting(member -> Path.of(member.name()).getFileName().toString())
          .containsExactly("f.o", LONG_NAME);
      assertThat(archive.members()).allMatch(member -> member.kind() == FileKind.ELF_RELOCATABLE);
      assertThat(definer(archive, "f")).isEqualTo("f.o");
      assertThat(definer(archive, "g")).isEqualTo(LONG_NAME);
      assertThat(definer(archive, "u")).isEqualTo(LONG_NAME);
      assertThat(definer(archive, "both")).isEqualTo("f.o");
      assertThat(archive.memberDefining("absent")).isEmpty();
      assertThat(contentWithoutPadding(archive.memberDefining("f").orElseThrow(), "f.o"))
          .isEqualTo(Files.readAllBytes(directory.resolve("f.o")));
    }
  }

  @Test
  void membersOfArchivesInsideThinArchivesAreRead() throws Exception {
    archive("ar rcs", "f.o", "sub/" + LONG_NAME);
    Files.move(directory.resolve("lib.a"), directory.resolve("sub/inner.a"));
    Path file = archive("ar rcsT", "sub/inner.a");

    try (Archive archive = Archive.open(file)) {
      assertThat(archive.members()).hasSize(2);
      assertThat(archive.memberDefining("f").orElseThrow().bytes())
          .isEqualTo(Files.readAllBytes(directory.resolve("f.o")));
    }
  }

  @Test
  void anArchiveWithoutIndexIsScanned() throws Exception {
    Path file = archive("ar rcS", "f.o", "sub/" + LONG_NAME);

    try (Archive archive = Archive.open(file, member -> List.of(member.name()))) {
      assertThat(archive.hasSymbolIndex()).isFalse();
      assertThat(definer(archive, LONG_NAME)).isEqualTo(LONG_NAME);
    }
  }

  @Test
  void theCompilersOwnLibraryIsRead() throws Exception {
    Path file = Path.of(run("gcc", "-print-libgcc-file-name").strip());
    List<String> expected = run("ar", "t", file.toString()).lines().toList();

    try (Archive archive = Archive.open(file)) {
      assertThat(ArchiveWriter.names(archive)).isEqualTo(expected);
      assertThat(archive.symbols())
          .contains("__udivti3")
          .allSatisfy(symbol -> assertThat(archive.memberDefining(symbol)).isPresent());
    }
  }

  private static String definer(Archive archive, String symbol) {
    String name = archive.memberDefining(symbol).orElseThrow().name();
    return Path.of(name).getFileName().toString();
  }

  /** The Mach-O dialect rounds members up to eight bytes. */
  private byte[] contentWithoutPadding(ArchiveMember member, String file) throws IOException {
    int length = (int) Files.size(directory.resolve(file));
    assertThat(member.size()).isBetween((long) length, (long) length + 7);
    return Arrays.copyOf(member.bytes(), length);
  }

  private Path archive(String command, String... members) throws Exception {
    Path file = directory.resolve("lib.a");
    run(
        Stream.of(Stream.of(command.split(" ")), Stream.of(file.toString()), Stream.of(members))
            .flatMap(part -> part)
            .toArray(String[]::new));
    return file;
  }

  private void compile(String object, String source) throws Exception {
    Path file = directory.resolve(object);
    Files.createDirectories(file.getParent());
    Path c = Files.writeString(directory.resolve("source.c"), source);
    run("gcc", "-fno-common", "-c", "-o", file.toString(), c.toString());
  }

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
