package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import uruk.jitlink.archive.ArchiveWriter.Entry;

/** Searches in several archives at once. */
class ArchiveSearchTest {
  private static final long FIRST = 8;

  private static Archive archive(ArchiveWriter writer, SymbolScanner scanner) {
    return Archive.of(Path.of("libx.a"), writer.bytes(), scanner);
  }

  /** An archive with an index, and a member for each list of symbols. */
  private static Archive indexed(String... members) {
    int names = Arrays.stream(members).mapToInt(member -> member.split(" ").length).sum();
    int letters = Arrays.stream(members).mapToInt(member -> member.length() + 1).sum();
    long offset = FIRST + 60 + 4 + 4L * names + letters + (letters & 1);
    ArchiveWriter writer = ArchiveWriter.regular();
    Entry[] entries = new Entry[names];
    int count = 0;
    for (String member : members) {
      for (String symbol : member.split(" ")) {
        entries[count++] = new Entry(symbol, offset);
      }
      offset += 60 + 2;
    }
    writer.member("/", ArchiveWriter.gnuIndex(4, entries));
    IntStream.range(0, members.length).forEach(i -> writer.member(i + ".o/", "m" + i));
    return archive(writer, member -> List.of());
  }

  private static String found(ArchiveSearch search, String symbol) {
    int found = search.find(symbol);
    return found == ArchiveSearch.NONE
        ? "none"
        : search.archiveOf(found) + ":" + member(search, found, symbol).name();
  }

  private static ArchiveMember member(ArchiveSearch search, int found, String symbol) {
    return search.member(search.archiveOf(found), search.memberOffset(found), symbol);
  }

  @Test
  void firstArchiveThatDefinesASymbolWins() {
    ArchiveSearch search =
        new ArchiveSearch(List.of(indexed("f g", "h"), indexed("i", "g h"), indexed("f")));

    assertThat(found(search, "f")).isEqualTo("0:0.o");
    assertThat(found(search, "g")).isEqualTo("0:0.o");
    assertThat(found(search, "h")).isEqualTo("0:1.o");
    assertThat(found(search, "i")).isEqualTo("1:0.o");
    assertThat(found(search, "j")).isEqualTo("none");
    assertThat(search.defines("i")).isTrue();
    assertThat(search.defines("j")).isFalse();
  }

  @Test
  void memberIsTheOneThatItsArchiveFinds() {
    Archive archive = indexed("a", "f", "f b");

    ArchiveSearch search = new ArchiveSearch(List.of(archive));

    assertThat(member(search, search.find("f"), "f"))
        .isSameAs(archive.memberDefining("f").orElseThrow());
    assertThat(archive.symbols()).containsExactly("a", "f", "b");
  }

  @Test
  void archivesWithoutNamesAndWithoutIndexAreAmongThem() {
    Archive scanned =
        archive(
            ArchiveWriter.regular().member("s.o/", "f ").member("t.o/", "g "),
            member -> List.of(member.name().equals("s.o") ? "f" : "g"));
    Archive empty = archive(ArchiveWriter.regular(), member -> List.of());

    ArchiveSearch search =
        new ArchiveSearch(List.of(empty, empty, scanned, empty, indexed("f", "h")));

    assertThat(found(search, "f")).isEqualTo("2:s.o");
    assertThat(found(search, "g")).isEqualTo("2:t.o");
    assertThat(found(search, "h")).isEqualTo("4:1.o");
  }

  @Test
  void noArchivesDefineNothing() {
    assertThat(new ArchiveSearch(List.of()).defines("f")).isFalse();
  }

  @Test
  void damagedIndexIsRefused() {
    byte[] claims = {0, 0, 1, 0, 0, 0};
    Archive damaged =
        archive(
            ArchiveWriter.regular().member("/", claims).member("a.o/", "f "), member -> List.of());

    assertThatThrownBy(() -> new ArchiveSearch(List.of(damaged)))
        .isInstanceOf(MalformedArchiveException.class);
  }
}
