package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of archives, among them one of 100 MB and 10,000 members. */
class LargeArchiveTest {

  private static final int MEMBERS = 10_000;
  private static final int MEMBER_SIZE = 10_000;
  private static final int BYTES_PER_HEADER = 128;

  @TempDir Path directory;

  @Test
  void onlyTheIndexAndTheMembersAskedForAreRead() throws IOException {
    Path file = directory.resolve("large.a");
    int indexSize = writeSparseArchive(file);
    var source = new CountingSource(FileSource.open(file));

    try (Archive archive = Archive.open(source, null)) {
      assertThat(source.bytesRead).isLessThan(1000);

      ArchiveMember last = archive.memberDefining("symbol_9999").orElseThrow();
      assertThat(last.name()).isEqualTo("m9999.o");
      assertThat(source.bytesRead).isLessThan(indexSize + 2000);

      assertThat(archive.members()).hasSize(MEMBERS);
      assertThat(last.indexedName()).endsWith("large.a[9999](m9999.o)");
      assertThat(source.bytesRead).isLessThan(indexSize + 2000 + MEMBERS * BYTES_PER_HEADER);

      long before = source.bytesRead;
      assertThat(last.bytes()).hasSize(MEMBER_SIZE);
      assertThat(source.bytesRead - before).isEqualTo(MEMBER_SIZE);
    }
  }

  /** More reads than a small archive is read piece by piece for, of pieces near and far. */
  @Test
  void membersReadManyTimesInAnyOrderAreThoseOfTheFile() throws IOException {
    ArchiveWriter writer = ArchiveWriter.regular();
    SplittableRandom random = new SplittableRandom(7);
    List<byte[]> contents = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] content = new byte[random.nextInt(100_000)];
      random.nextBytes(content);
      contents.add(content);
      writer.member("m" + i + ".o/", content);
    }
    Path file = Files.write(directory.resolve("many.a"), writer.bytes());

    try (Archive archive = Archive.open(file)) {
      for (int round = 0; round < 200; round++) {
        int member = random.nextInt(contents.size());
        assertThat(archive.members().get(member).bytes()).isEqualTo(contents.get(member));
      }
    }
  }

  /** Cut to 32 bits, its size would be that of an index without symbols. */
  @Test
  void anIndexThatNoArrayHoldsIsRefused() throws IOException {
    Path file = directory.resolve("index.a");
    long indexSize = (1L << 32) + 4;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(
          ByteBuffer.wrap(ArchiveWriter.regular().header("/", Long.toString(indexSize)).bytes()),
          0);
      channel.write(ByteBuffer.wrap(new byte[1]), 8 + 60 + indexSize - 1);
    }

    try (Archive archive = Archive.open(file)) {
      assertThatThrownBy(() -> archive.memberDefining("symbol"))
          .isInstanceOf(MalformedArchiveException.class)
          .hasMessageContaining("a table or name of 4294967300 bytes is too large");
    }
  }

  /** Headers and index are written; the members are holes. */
  private static int writeSparseArchive(Path file) throws IOException {
    int indexSize = indexFor(0).length;
    long first = 8 + 60 + indexSize + (indexSize & 1);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] start = ArchiveWriter.regular().member("/", indexFor(first)).bytes();
      channel.write(ByteBuffer.wrap(start), 0);
      for (int i = 0; i < MEMBERS; i++) {
        byte[] header =
            ArchiveWriter.regular().header("m" + i + ".o/", Integer.toString(MEMBER_SIZE)).bytes();
        ByteBuffer withoutMagic = ByteBuffer.wrap(header, 8, 60);
        channel.write(withoutMagic, first + (long) i * (60 + MEMBER_SIZE));
      }
      channel.write(ByteBuffer.wrap(new byte[1]), first + MEMBERS * (60L + MEMBER_SIZE) - 1);
    }
    return indexSize;
  }

  private static byte[] indexFor(long first) {
    var entries = new ArchiveWriter.Entry[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) {
      entries[i] = new ArchiveWriter.Entry("symbol_" + i, first + (long) i * (60 + MEMBER_SIZE));
    }
    return ArchiveWriter.gnuIndex(4, entries);
  }

  private static final class CountingSource implements ArchiveSource {
    private final ArchiveSource source;
    private long bytesRead;

    CountingSource(ArchiveSource source) {
      this.source = source;
    }

    @Override
    public Path path() {
      return source.path();
    }

    @Override
    public long size() {
      return source.size();
    }

    @Override
    public byte[] read(long offset, int length) {
      bytesRead += length;
      return source.read(offset, length);
    }

    @Override
    public void close() {
      source.close();
    }
  }

  @Test
  void aLargeIndexIsReadInLinearTime() {
    int symbols = 200_000;
    var entries = new ArchiveWriter.Entry[symbols];
    long first = 8 + 60 + 4 + 4L * symbols;
    for (int i = 0; i < symbols; i++) {
      first += ("_ZN4uruk6symbol" + i).length() + 1;
    }
    first += first & 1;
    for (int i = 0; i < symbols; i++) {
      entries[i] = new ArchiveWriter.Entry("_ZN4uruk6symbol" + i, first);
    }
    byte[] bytes =
        ArchiveWriter.regular()
            .member("/", ArchiveWriter.gnuIndex(4, entries))
            .member("all.o/", "")
            .bytes();
    Archive archive = Archive.of(Path.of("all.a"), bytes, member -> List.of());

    for (int i = 0; i < symbols; i += 1000) {
      assertThat(archive.memberDefining("_ZN4uruk6symbol" + i)).isPresent();
    }
    assertThat(archive.symbols()).hasSize(symbols);
  }
}
