package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.jitlink.archive.ArchiveWriter.Entry;

/** Archives of every dialect, as they are written by our own writer. */
class ArchiveTest {

  private static final Path PATH = Path.of("libfoo.a");

  /** Takes a member's text as its list of symbols. */
  private static final SymbolScanner WORDS = member -> Arrays.asList(text(member).split(" "));

  @TempDir Path directory;

  @Test
  void membersComeInOrderWithTheirBytes() {
    Archive archive = read(ArchiveWriter.regular().member("a.o/", "one").member("b.o/", "four"));

    assertThat(ArchiveWriter.names(archive)).containsExactly("a.o", "b.o");
    assertThat(archive.members()).extracting(ArchiveTest::text).containsExactly("one", "four");
    assertThat(archive.members()).extracting(ArchiveMember::size).containsExactly(3L, 4L);
  }

  @Test
  void anArchiveWithoutMembersDefinesNothing() {
    Archive archive = read(ArchiveWriter.regular());

    assertThat(archive.members()).isEmpty();
    assertThat(archive.memberDefining("f")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"/, 4", "/SYM64/, 8"})
  void gnuIndexLeadsToTheMember(String tableName, int wordSize) {
    int indexSize = wordSize * 3 + "f\0g\0".length();
    long first = 8 + 60 + indexSize;
    long second = first + 60 + 2;
    Archive archive =
        read(
            ArchiveWriter.regular()
                .member(
                    tableName,
                    ArchiveWriter.gnuIndex(wordSize, new Entry("f", first), new Entry("g", second)))
                .member("a.o/", "f ")
                .member("b.o/", "g "));

    assertThat(archive.hasSymbolIndex()).isTrue();
    assertThat(archive.memberDefining("g").orElseThrow().name()).isEqualTo("b.o");
    assertThat(archive.memberDefining("f").orElseThrow())
        .isSameAs(archive.members().getFirst())
        .isSameAs(archive.memberDefining("f").orElseThrow());
    assertThat(archive.memberDefining("h")).isEmpty();
    assertThat(archive.symbols()).containsExactly("f", "g");
  }

  @ParameterizedTest
  @CsvSource({
    "__.SYMDEF, 4, LITTLE_ENDIAN",
    "__.SYMDEF, 4, BIG_ENDIAN",
    "__.SYMDEF SORTED, 4, LITTLE_ENDIAN",
    "__.SYMDEF_64, 8, BIG_ENDIAN",
    "__.SYMDEF_64 SORTED, 8, LITTLE_ENDIAN"
  })
  void bsdIndexLeadsToTheMember(String tableName, int wordSize, String order) {
    ByteOrder byteOrder =
        order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int indexSize = wordSize * 6 + "g\0f\0".length();
    long first = 8 + 60 + tableName.length() + indexSize;
    first += first & 1;
    long second = first + 60 + 4 + 2;
    Archive archive =
        read(
            ArchiveWriter.regular()
                .bsdMember(
                    tableName,
                    ArchiveWriter.bsdIndex(
                        wordSize, byteOrder, new Entry("g", second), new Entry("f", first)))
                .bsdMember("a.o\0", bytes("f "))
                .bsdMember("a rather long name with blanks.o", bytes("g ")));

    assertThat(archive.memberDefining("f").orElseThrow().name()).isEqualTo("a.o");
    assertThat(text(archive.memberDefining("g").orElseThrow())).isEqualTo("g ");
    assertThat(ArchiveWriter.names(archive))
        .containsExactly("a.o", "a rather long name with blanks.o");
    assertThat(archive.symbols()).containsExactlyInAnyOrder("f", "g");
  }

  @Test
  void theFirstMemberThatDefinesASymbolWins() {
    int indexSize = 4 * 3 + "f\0f\0".length();
    long first = 8 + 60 + indexSize;
    long second = first + 60 + 2;
    Archive archive =
        read(
            ArchiveWriter.regular()
                .member(
                    "/", ArchiveWriter.gnuIndex(4, new Entry("f", second), new Entry("f", first)))
                .member("a.o/", "f ")
                .member("b.o/", "f "));

    assertThat(archive.memberDefining("f").orElseThrow().name()).isEqualTo("a.o");
    assertThat(archive.symbols()).containsExactly("f");
  }

  @Test
  void withoutAnIndexTheMembersAreScannedOnce() {
    int[] scans = {0};
    Archive archive =
        Archive.of(
            PATH,
            ArchiveWriter.regular().member("a.o/", "f g").member("b.o/", "g h").bytes(),
            member -> {
              scans[0]++;
              return WORDS.definedSymbols(member);
            });

    assertThat(archive.hasSymbolIndex()).isFalse();
    assertThat(archive.memberDefining("g").orElseThrow().name()).isEqualTo("a.o");
    assertThat(archive.memberDefining("h").orElseThrow().name()).isEqualTo("b.o");
    assertThat(archive.memberDefining("nowhere")).isEmpty();
    assertThat(archive.symbols()).containsExactly("f", "g", "h");
    assertThat(scans[0]).isEqualTo(2);
  }

  @Test
  void withoutIndexAndScannerALookUpSaysHowToMakeOne() throws Exception {
    Path file = write("libfoo.a", ArchiveWriter.regular().member("a.o/", "f"));
    try (Archive archive = Archive.open(file)) {
      assertThatThrownBy(() -> archive.memberDefining("f"))
          .isInstanceOf(MalformedArchiveException.class)
          .hasMessageContaining("no symbol index")
          .hasMessageContaining("ranlib");
    }
  }

  @Test
  void longNamesComeFromTheirTable() {
    Archive archive =
        read(
            ArchiveWriter.regular()
                .member("//", "a_long_member_name.o/\nanother_long_name.o/\n")
                .member("/0", "one")
                .member("/22", "two"));

    assertThat(ArchiveWriter.names(archive))
        .containsExactly("a_long_member_name.o", "another_long_name.o");
  }

  @Test
  void coffTablesAreNoMembers() {
    Archive archive =
        read(
            ArchiveWriter.regular()
                .member("/", ArchiveWriter.gnuIndex(4))
                .member("/", new byte[8])
                .member("//", "a_long_member_name.obj\0")
                .member("/<ECSYMBOLS>/", new byte[4])
                .member("/0", "one"));

    assertThat(ArchiveWriter.names(archive)).containsExactly("a_long_member_name.obj");
  }

  @Test
  void membersOfOneNameAreTold() {
    Archive archive = read(ArchiveWriter.regular().member("a.o/", "one").member("a.o/", "two"));

    assertThat(archive.members()).extracting(ArchiveTest::text).containsExactly("one", "two");
    assertThat(archive.members())
        .extracting(ArchiveMember::indexedName)
        .containsExactly("libfoo.a[0](a.o)", "libfoo.a[1](a.o)");
    assertThat(archive.members().getLast().displayName()).isEqualTo("libfoo.a(a.o)");
  }

  @Test
  void aThinArchiveFindsItsMembersBesideItself() throws Exception {
    Files.createDirectories(directory.resolve("sub/deeper"));
    Files.writeString(directory.resolve("a.o"), "one");
    Files.writeString(directory.resolve("sub/deeper/b_with_a_long_name.o"), "two!");
    Path file =
        write(
            "sub/lib.a",
            ArchiveWriter.thin()
                .member("//", "../a.o/\ndeeper/b_with_a_long_name.o/\n")
                .reference("/0", 3)
                .reference("/8", 4));

    try (Archive archive = Archive.open(file)) {
      assertThat(archive.isThin()).isTrue();
      assertThat(archive.members()).extracting(ArchiveTest::text).containsExactly("one", "two!");
      assertThat(archive.members().getLast().kind()).isEqualTo(FileKind.TEXT);
    }
  }

  @Test
  void aThinArchiveReadsMembersOfNestedArchives() throws Exception {
    ArchiveWriter inner = ArchiveWriter.regular().member("a.o/", "one");
    long second = inner.offset();
    write("inner.a", inner.member("b.o/", "two"));
    Path file =
        write(
            "outer.a",
            ArchiveWriter.thin().member("//", "inner.a/\n").reference("/0:" + second, 3));

    try (Archive archive = Archive.open(file)) {
      assertThat(text(archive.members().getFirst())).isEqualTo("two");
    }
  }

  @Test
  void headersAreReadWithoutTheMembers() {
    var writer = ArchiveWriter.regular().member("a.o/", new byte[1000]).member("b.o/", "two");

    assertThat(read(writer).members().getFirst().kind()).isEqualTo(FileKind.UNKNOWN);
  }

  @Test
  void aClosedArchiveSaysSo() throws Exception {
    Path file = write("libfoo.a", ArchiveWriter.regular().member("a.o/", "f"));
    Archive archive = Archive.open(file);
    ArchiveMember member = archive.members().getFirst();
    archive.close();

    assertThatThrownBy(member::bytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void anInterruptDoesNotCloseTheArchiveForOthers() throws Exception {
    Path file = write("libfoo.a", ArchiveWriter.regular().member("a.o/", "text"));
    try (Archive archive = Archive.open(file)) {
      ArchiveMember member = archive.members().getFirst();
      Thread.currentThread().interrupt();

      assertThat(text(member)).isEqualTo("text");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(text(member)).isEqualTo("text");
    }
  }

  private static Archive read(ArchiveWriter writer) {
    return Archive.of(PATH, writer.bytes(), WORDS);
  }

  private Path write(String name, ArchiveWriter writer) throws Exception {
    return Files.write(directory.resolve(name), writer.bytes());
  }

  private static String text(ArchiveMember member) {
    return new String(member.bytes(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
