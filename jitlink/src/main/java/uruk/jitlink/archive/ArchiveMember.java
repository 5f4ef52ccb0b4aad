package uruk.jitlink.archive;

import java.nio.ByteBuffer;

/**
 * One member of an archive: its header has been read, its bytes are read by {@link #bytes()}.
 *
 * <p>A member is identified by its archive and its offset there: several members may have one name,
 * and an {@link Archive} hands out one object for each offset, so that {@code ==} compares members.
 * Immutable; safe for use by several threads, as long as the archive is open.
 */
public final class ArchiveMember {

  private final Archive archive;
  private final long offset;
  private final String name;
  private final long size;
  private final Content content;

  ArchiveMember(Archive archive, long offset, String name, long size, Content content) {
    this.archive = archive;
    this.offset = offset;
    this.name = name;
    this.size = size;
    this.content = content;
  }

  /** Where a member's bytes are. */
  sealed interface Content {

    /** In the archive itself, from {@code start} on. */
    record Inside(long start) implements Content {}

    /** In the file that a thin archive names. */
    record OwnFile(String path) implements Content {}

    /** In a member, with its header at {@code offset}, of an archive that a thin archive names. */
    record NestedArchive(String path, long offset) implements Content {}
  }

  /** {@return the archive} */
  public Archive archive() {
    return archive;
  }

  /** {@return the byte position of the member's header in the archive} */
  public long offset() {
    return offset;
  }

  /** {@return the name, for a thin archive the path as written there; not unique in the archive} */
  public String name() {
    return name;
  }

  /** {@return the size of {@link #bytes()}, in bytes} */
  public long size() {
    return size;
  }

  /** {@return how linkers name a member in messages: {@code libfoo.a(bar.o)}} */
  public String displayName() {
    return archive.path() + "(" + name + ")";
  }

  /**
   * How LLVM's tools name a member: {@code libFoo.a[0](foo.o)}. Counting needs the headers in front
   * of this one, so the first call for an archive walks all its headers.
   *
   * @return the name with the member's position, from 0, among the archive's members
   * @throws MalformedArchiveException if a header on the way is broken
   */
  public String indexedName() {
    return "%s[%d](%s)".formatted(archive.path(), archive.ordinalOf(this), name);
  }

  /**
   * Reads the member. Nothing is cached: each call reads the file.
   *
   * @return the bytes, a fresh array
   * @throws MalformedArchiveException if the file has changed, the member of a thin archive has
   *     another size than the archive says, or the member is larger than an array can be
   * @throws UnreadableFileException if the file of a thin archive's member cannot be read
   * @throws IllegalStateException if the archive has been closed
   */
  public byte[] bytes() {
    return archive.read(this, content, size);
  }

  /**
   * Reads the member as {@link #bytes()} does, but may share the bytes with others.
   *
   * @return the bytes on the heap, which must not be changed
   */
  public ByteBuffer content() {
    return content instanceof Content.Inside inside
        ? archive.share(this, inside)
        : ByteBuffer.wrap(bytes());
  }

  /**
   * Tells the member's kind from its first bytes, without reading the rest.
   *
   * @return the kind
   */
  public FileKind kind() {
    return FileKind.of(beginning());
  }

  /** {@return the first {@link FileKind#BYTES_NEEDED} bytes, or all if there are fewer} */
  byte[] beginning() {
    return archive.read(this, content, Math.min(size, FileKind.BYTES_NEEDED));
  }

  @Override
  public String toString() {
    return displayName();
  }
}
