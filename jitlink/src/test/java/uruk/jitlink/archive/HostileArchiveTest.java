package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.archive.ArchiveWriter.Entry;

/** Damaged and hostile archives: each gives an error with its place, numbers and a way out. */
class HostileArchiveTest {

  private static final Path PATH = Path.of("bad.a");

  /** What a source has read already is the file as it was. */
  private static final int MORE_THAN_READ_AHEAD = 50_000;

  @TempDir Path directory;

  @ParameterizedTest(name = "{0}")
  @MethodSource("damagedArchives")
  void damageIsNamedWithItsPlace(String what, byte[] archive, long offset, String message) {
    assertThatThrownBy(() -> readEverything(archive))
        .isInstanceOfSatisfying(
            MalformedArchiveException.class,
            e -> {
              assertThat(e.offset()).isEqualTo(offset);
              assertThat(e.file()).isEqualTo("bad.a");
            })
        .hasMessageStartingWith("bad.a: at offset 0x%x: ".formatted(offset))
        .hasMessageContaining(message)
        .hasMessageMatching("(?s).*(build it again|ranlib|make one with|Build).*");
  }

  static Stream<Arguments> damagedArchives() {
    return Stream.of(
        damaged("empty file", bytes(""), 0, "no archive"),
        damaged("half a magic number", bytes("!<ar"), 0, "no archive: it starts with \"!<ar\""),
        damaged("an object", bytes("\177ELF\2\1\1\0"), 0, "no archive: it starts with \"?ELF"),
        damaged(
            "half a header",
            ArchiveWriter.regular().raw(bytes("a.o/    0   ")).bytes(),
            8,
            "header of 60 bytes does not fit into the archive's 20 bytes"),
        damaged(
            "wrong header end",
            ArchiveWriter.regular().raw(new byte[60]).bytes(),
            8,
            "should end in 0x60 0x0a, but ends in 0x00 0x00"),
        damaged(
            "size past the end",
            ArchiveWriter.regular().header("a.o/", "5000").raw(new byte[10]).bytes(),
            8,
            "5000 bytes starts at 0x44 and runs past the end of the archive at 0x4e"),
        damaged(
            "a gigabyte in a small file",
            ArchiveWriter.regular().header("//", "1073741824").bytes(),
            8,
            "1073741824 bytes"),
        damaged("no size", ArchiveWriter.regular().header("a.o/", "").bytes(), 8, "size is not a"),
        damaged(
            "negative size",
            ArchiveWriter.regular().header("a.o/", "-60").bytes(),
            8,
            "not a decimal number: \"-60\""),
        damaged(
            "control characters in a number",
            ArchiveWriter.regular().header("a.o/", "1\033[2J").bytes(),
            8,
            "not a decimal number: \"1?[2J\""),
        damaged(
            "long name without table",
            ArchiveWriter.regular().member("/0", "").bytes(),
            8,
            "no long name starts at position 0 of 0"),
        damaged(
            "long name past its table",
            ArchiveWriter.regular().member("//", "a/\n").member("/99", "").bytes(),
            72,
            "no long name starts at position 99 of 3"),
        damaged(
            "long names that overlap",
            ArchiveWriter.regular().member("//", "abcdef/\n").member("/2", "").bytes(),
            76,
            "no long name starts at position 2 of 8"),
        damaged(
            "long name position is no number",
            ArchiveWriter.regular().member("//", "a/\n").member("/x", "").bytes(),
            72,
            "name position is not a decimal number: \"x\""),
        damaged(
            "BSD name longer than its member",
            ArchiveWriter.regular().header("#1/20", "4").raw(bytes("abcd")).bytes(),
            8,
            "name has 20 bytes, the whole member only 4"),
        damaged(
            "index of a gigabyte",
            ArchiveWriter.regular().member("/", new byte[] {0x3f, -1, -1, -1, 0, 0}).bytes(),
            68,
            "1073741823 symbols in 6 bytes"),
        damaged(
            "index of eight exbibytes",
            ArchiveWriter.regular().member("/SYM64/", fill(16, -1)).bytes(),
            68,
            "-1 symbols in 16 bytes"),
        damaged(
            "empty index",
            ArchiveWriter.regular().member("/", "").bytes(),
            68,
            "ends before its symbol count"),
        damaged(
            "index name without end",
            ArchiveWriter.regular().member("/", new byte[] {0, 0, 0, 1, 0, 0, 0, 8, 'f'}).bytes(),
            76,
            "name 0 runs past the end"),
        damaged(
            "BSD index with impossible size",
            ArchiveWriter.regular().member("__.SYMDEF", fill(16, 0x7f)).bytes(),
            68,
            "2139062143 bytes of entries in 16"),
        damaged(
            "BSD names past the end",
            ArchiveWriter.regular()
                .member("__.SYMDEF", new byte[] {0, 0, 0, 0, 9, 0, 0, 0})
                .bytes(),
            72,
            "9 bytes of names where 0 are left"),
        damaged(
            "BSD names that overlap",
            ArchiveWriter.regular()
                .member(
                    "__.SYMDEF",
                    new byte[] {8, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 0})
                .bytes(),
            72,
            "no name starts at position 1"));
  }

  @ParameterizedTest(name = "index entry leads to {0}")
  @MethodSource("wrongMemberOffsets")
  void anIndexEntryMustLeadToAMember(String where, long memberOffset, String message) {
    byte[] bytes = gnu64(memberOffset);

    assertThatThrownBy(() -> Archive.of(PATH, bytes, member -> List.of()).memberDefining("f"))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> wrongMemberOffsets() {
    return Stream.of(
        Arguments.of("the magic number", 0L, "at offset 0x0: a member header of 60 bytes"),
        Arguments.of("the index", 8L, "says that f is defined by the table /SYM64/"),
        Arguments.of("the middle of a member", 90L, "no member header here"),
        Arguments.of("the end", 1L << 40, "does not fit"),
        Arguments.of("2⁶³", Long.MIN_VALUE, "member offset 0x8000000000000000"));
  }

  private static byte[] gnu64(long memberOffset) {
    return ArchiveWriter.regular()
        .member("/SYM64/", ArchiveWriter.gnuIndex(8, new Entry("f", memberOffset)))
        .member("a.o/", new byte[200])
        .bytes();
  }

  @Test
  void aHeaderForgedInsideAMemberOverlapsIt() {
    byte[] forged = ArchiveWriter.regular().member("evil.o/", "").bytes();
    ArchiveWriter writer = ArchiveWriter.regular();
    long inside = 8 + 60 + 16 + 60 + 8;
    writer.member("/", ArchiveWriter.gnuIndex(4, new Entry("f", inside), new Entry("", 0)));
    byte[] bytes = writer.member("a.o/", forged).bytes();
    assertThat(new String(bytes, (int) inside, 7, StandardCharsets.UTF_8)).isEqualTo("evil.o/");

    Archive walkedFirst = Archive.of(PATH, bytes, member -> List.of());
    walkedFirst.members();
    assertOverlap(() -> walkedFirst.memberDefining("f"));

    Archive foundFirst = Archive.of(PATH, bytes, member -> List.of());
    assertOverlap(() -> foundFirst.memberDefining("f"));
  }

  private static void assertOverlap(ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageContaining("member evil.o at 0x")
        .hasMessageContaining("overlaps member a.o");
  }

  @Test
  void aTruncatedArchiveFailsAtEveryLengthOrReadsWhatIsThere() {
    byte[] whole =
        ArchiveWriter.regular()
            .member("//", "a_long_member_name.o/\n")
            .member("/0", "content")
            .bsdMember("b.o", bytes("more"))
            .bytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      try {
        readEverything(part);
      } catch (MalformedArchiveException e) {
        assertThat(e.offset()).isBetween(0L, (long) length);
      }
    }
    assertThat(readEverything(whole)).isEqualTo(2);
  }

  @Test
  void aFileThatShrinksIsNoticed() throws Exception {
    Path file =
        write("shrinks.a", ArchiveWriter.regular().member("a.o/", new byte[MORE_THAN_READ_AHEAD]));
    try (Archive archive = Archive.open(file)) {
      ArchiveMember member = archive.members().getFirst();
      Files.write(file, new byte[100], StandardOpenOption.TRUNCATE_EXISTING);

      assertThatThrownBy(member::bytes)
          .isInstanceOf(MalformedArchiveException.class)
          .hasMessageContaining("changed since it was opened with 50068 bytes");
    }
  }

  @Test
  void aFileWrittenInPlaceIsNoticed() throws Exception {
    byte[] content = new byte[MORE_THAN_READ_AHEAD];
    Path file = write("changes.a", ArchiveWriter.regular().member("a.o/", content));
    try (Archive archive = Archive.open(file)) {
      ArchiveMember member = archive.members().getFirst();
      content[0] = 1;
      Files.write(file, ArchiveWriter.regular().member("a.o/", content).bytes());
      Files.setLastModifiedTime(file, FileTime.fromMillis(1));

      assertThatThrownBy(member::bytes).hasMessageContaining("changed since it was opened");
    }
  }

  @Test
  void whatWasReadBeforeAFileChangedIsThatOfTheFileAsOpened() throws Exception {
    byte[] far = new byte[MORE_THAN_READ_AHEAD];
    Path file =
        write("changes.a", ArchiveWriter.regular().member("a.o/", "old").member("b.o/", far));
    try (Archive archive = Archive.open(file)) {
      List<ArchiveMember> members = archive.members();
      assertThat(members.getFirst().bytes()).isEqualTo(bytes("old"));
      Files.write(file, ArchiveWriter.regular().member("a.o/", "new").member("b.o/", far).bytes());
      Files.setLastModifiedTime(file, FileTime.fromMillis(1));

      // Of one state of the file, whether it was read ahead or not.
      try {
        assertThat(members.getFirst().bytes()).isEqualTo(bytes("old"));
      } catch (MalformedArchiveException changed) {
        assertThat(changed).hasMessageContaining("changed since it was opened");
      }
      assertThatThrownBy(members.getLast()::bytes)
          .hasMessageContaining("changed since it was opened");
    }
  }

  @Test
  void aFileReplacedUnderItsNameIsStillReadWhole() throws Exception {
    Path file = write("replaced.a", ArchiveWriter.regular().member("a.o/", "old"));
    try (Archive archive = Archive.open(file)) {
      ArchiveMember member = archive.members().getFirst();
      Path next = write("next.a", ArchiveWriter.regular().member("a.o/", "new content"));
      Files.delete(file);
      Files.move(next, file);

      assertThat(member.bytes()).isEqualTo(bytes("old"));
    }
  }

  @Test
  void aStaleThinArchiveSaysHowToBringItUpToDate() throws Exception {
    Files.writeString(directory.resolve("a.o"), "rebuilt since");
    Path file = write("thin.a", ArchiveWriter.thin().reference("a.o/", 3));
    try (Archive archive = Archive.open(file)) {
      assertThatThrownBy(() -> archive.members().getFirst().bytes())
          .isInstanceOf(MalformedArchiveException.class)
          .hasMessageContaining("had 3 bytes when the thin archive was made and has 13 now")
          .hasMessageContaining("ar rcsT");
    }
  }

  @Test
  void aThinArchiveWithoutItsMemberNamesTheMissingFile() throws Exception {
    Path file = write("thin.a", ArchiveWriter.thin().reference("gone.o/", 3));
    try (Archive archive = Archive.open(file)) {
      assertThatThrownBy(() -> archive.members().getFirst().bytes())
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageContaining("gone.o: no such file");
    }
  }

  @Test
  void thinArchivesThatNameEachOtherEnd() throws Exception {
    Path file =
        write("self.a", ArchiveWriter.thin().member("//", "self.a/\n").reference("/0:80", 3));
    try (Archive archive = Archive.open(file)) {
      assertThatThrownBy(() -> archive.members().getFirst().bytes())
          .isInstanceOf(MalformedArchiveException.class)
          .hasMessageContaining("self.a is thin itself");
    }
  }

  @Test
  void aDirectoryOrAMissingFileIsUnreadable() {
    assertThatThrownBy(() -> Archive.open(directory))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> Archive.open(directory.resolve("none.a")))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> Archive.open(Path.of("/dev/zero")))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("not a regular file");
  }

  /** Reads whatever can be read, and counts the members. */
  static int readEverything(byte[] bytes) {
    Archive archive = Archive.of(PATH, bytes, member -> List.of());
    for (ArchiveMember member : archive.members()) {
      member.bytes();
    }
    for (String symbol : archive.symbols()) {
      archive.memberDefining(symbol);
    }
    return archive.members().size();
  }

  private Path write(String name, ArchiveWriter writer) throws Exception {
    return Files.write(directory.resolve(name), writer.bytes());
  }

  private static Arguments damaged(String what, byte[] archive, long offset, String message) {
    return Arguments.of(what, archive, offset, message);
  }

  private static byte[] fill(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
