package uruk.jitlink.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.archive.ArchiveMember.Content;
import uruk.jitlink.archive.MemberReader.Part;

/**
 * An archive of object files ({@code ar}): GNU, thin or BSD, with or without a symbol index.
 *
 * <p>Opening reads the magic number and the archive's own tables; {@link #memberDefining} reads the
 * symbol index once and the header of the member found; {@link #members} reads all headers. A
 * member's bytes are read when they are asked for, and never kept.
 *
 * <p>Whatever the file says, members lie inside it, one after the other and without overlap: an
 * index entry that leads elsewhere is an error. Time and memory are bounded by the size of the
 * file.
 *
 * <p>Safe for use by several threads. Methods that read throw {@link MalformedArchiveException} if
 * the file is damaged or has changed since it was opened, {@link UnreadableFileException} if it
 * cannot be read, and {@link IllegalStateException} after {@link #close}.
 */
public final class Archive implements AutoCloseable {

  static final int MAGIC_LENGTH = 8;

  private final ArchiveSource source;
  private final boolean thin;
  private final @Nullable SymbolScanner scanner;
  private final MemberReader reader;
  private final Object lock = new Object();

  // Guarded by lock. All parts met so far by offset, and the members among them.
  private final TreeMap<Long, Part> parts = new TreeMap<>();
  private final TreeMap<Long, ArchiveMember> membersByOffset = new TreeMap<>();
  private @Nullable StoredIndexPart storedIndex;

  // Written once under lock; members and index are immutable.
  private volatile @Nullable List<ArchiveMember> members;
  private volatile @Nullable SymbolIndex index;

  private record StoredIndexPart(SymbolIndexFormat format, Part part) {}

  private Archive(ArchiveSource source, @Nullable SymbolScanner scanner) {
    this.source = source;
    this.scanner = scanner;
    this.thin = readMagic();
    this.reader = new MemberReader(source, thin);
    readTables();
  }

  /**
   * Opens an archive that has a symbol index, or whose index is not needed.
   *
   * @param path a regular file
   * @return the archive, which holds the file open until it is closed
   */
  public static Archive open(Path path) {
    return open(FileSource.open(path), null);
  }

  /**
   * Opens an archive that may lack a symbol index.
   *
   * @param path a regular file
   * @param scanner asked for every member's symbols, once, if there is no index and one is needed
   * @return the archive, which holds the file open until it is closed
   */
  public static Archive open(Path path, SymbolScanner scanner) {
    return open(FileSource.open(path), scanner);
  }

  /**
   * Reads an archive that is in memory.
   *
   * @param path names the archive in messages, and is what the members of a thin archive are
   *     relative to; the file itself is not read
   * @param bytes the archive, kept and not copied
   * @param scanner asked for every member's symbols, once, if there is no index and one is needed
   * @return the archive
   */
  public static Archive of(Path path, byte[] bytes, SymbolScanner scanner) {
    return open(new ArraySource(path, bytes), scanner);
  }

  static Archive open(ArchiveSource source, @Nullable SymbolScanner scanner) {
    try {
      return new Archive(source, scanner);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** {@return the archive's path, as it was given} */
  public Path path() {
    return source.path();
  }

  /** {@return whether the archive names its members' files instead of holding them} */
  public boolean isThin() {
    return thin;
  }

  /** {@return whether the archive has a symbol index of its own} */
  public boolean hasSymbolIndex() {
    synchronized (lock) {
      return storedIndex != null;
    }
  }

  /**
   * All members in the order of the archive. The first call reads every header, but no member.
   *
   * @return the members, an immutable list
   */
  public List<ArchiveMember> members() {
    List<ArchiveMember> known = members;
    if (known == null) {
      synchronized (lock) {
        known = walkLocked();
        members = known;
      }
    }
    return known;
  }

  /** {@return the first member; reads no header behind its own} */
  Optional<ArchiveMember> firstMember() {
    synchronized (lock) {
      long offset = MAGIC_LENGTH;
      while (offset < source.size()) {
        Part part = partAtLocked(offset);
        if (!part.isTable()) {
          return Optional.of(memberOfLocked(part));
        }
        offset = part.next();
      }
      return Optional.empty();
    }
  }

  /**
   * Finds the member to load for a symbol.
   *
   * @param symbol the linker-level name
   * @return the first member in the archive that defines it
   * @throws MalformedArchiveException also if the archive has members but no symbol index, and no
   *     scanner was given
   */
  public Optional<ArchiveMember> memberDefining(String symbol) {
    long offset = index().memberOffset(symbol);
    if (offset == SymbolIndex.NONE) {
      return Optional.empty();
    }
    return Optional.of(memberAt(offset, symbol));
  }

  /** {@return the symbol index, for a search in several archives} */
  StoredSymbolIndex storedIndex() {
    return index().stored();
  }

  /** {@return the member at an offset that the symbol index gives for a symbol} */
  ArchiveMember memberAt(long offset, String symbol) {
    synchronized (lock) {
      return memberAtLocked(offset, symbol);
    }
  }

  /**
   * Everything the symbol index lists.
   *
   * @return the symbols, each once, a fresh list
   * @throws MalformedArchiveException as {@link #memberDefining}
   */
  public List<String> symbols() {
    return index().symbols();
  }

  /** Closes the file. Members can then no longer be read. */
  @Override
  public void close() {
    source.close();
  }

  @Override
  public String toString() {
    return source.path().toString();
  }

  /** The position of a member of this archive among all its members, from 0. */
  int ordinalOf(ArchiveMember member) {
    return Collections.binarySearch(
        members(), member, Comparator.comparingLong(ArchiveMember::offset));
  }

  /** {@return the content of a member of this archive, which may be shared} */
  ByteBuffer share(ArchiveMember member, Content.Inside content) {
    checkLength(member, member.size());
    return source.share(content.start(), (int) member.size());
  }

  private void checkLength(ArchiveMember member, long length) {
    if (length > Integer.MAX_VALUE - Long.BYTES) {
      throw malformed(
          member.offset(),
          "member %s of %d bytes is larger than 2 GiB".formatted(member.name(), member.size()),
          "Split the object file.");
    }
  }

  /** Reads the first {@code length} bytes of a member of this archive. */
  byte[] read(ArchiveMember member, Content content, long length) {
    checkLength(member, length);
    // Most members are inside; the switch makes the JDK make a class, at every start.
    if (content instanceof Content.Inside inside) {
      return source.read(inside.start(), (int) length);
    }
    return switch (content) {
      case Content.Inside inside -> throw new AssertionError(inside);
      case Content.OwnFile file -> readFile(member, resolve(file.path()), (int) length);
      case Content.NestedArchive nested -> readNested(member, nested, (int) length);
    };
  }

  private boolean readMagic() {
    byte[] head = source.read(0, (int) Math.min(FileKind.BYTES_NEEDED, source.size()));
    FileKind kind = FileKind.of(head);
    return switch (kind) {
      case ARCHIVE -> false;
      case THIN_ARCHIVE -> true;
      case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_SHARED, ELF_OTHER, BITCODE, TEXT, EMPTY, UNKNOWN ->
          throw malformed(
              0,
              "this is %s and no archive: it starts with \"%s\""
                  .formatted(kind.description(), MemberHeader.printable(magic(head))),
              "An archive starts with \"!<arch>\" or \"!<thin>\"; make one with ar rcs.");
    };
  }

  private static String magic(byte[] head) {
    int length = Math.min(MAGIC_LENGTH, head.length);
    return new String(head, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** The archive's own tables come first, in any order; the first ordinary member ends them. */
  private void readTables() {
    synchronized (lock) {
      long offset = MAGIC_LENGTH;
      while (offset < source.size()) {
        Part part = partAtLocked(offset);
        if (!part.isTable()) {
          return;
        }
        SymbolIndexFormat format = SymbolIndexFormat.ofMemberNamed(part.name());
        if (format != null && storedIndex == null) {
          storedIndex = new StoredIndexPart(format, part);
        }
        offset = part.next();
      }
    }
  }

  private List<ArchiveMember> walkLocked() {
    var found = new ArrayList<ArchiveMember>();
    long offset = MAGIC_LENGTH;
    while (offset < source.size()) {
      Part part = partAtLocked(offset);
      if (!part.isTable()) {
        found.add(memberOfLocked(part));
      }
      offset = part.next();
    }
    return List.copyOf(found);
  }

  private SymbolIndex index() {
    SymbolIndex known = index;
    if (known == null) {
      known = readIndex();
      index = known;
    }
    return known;
  }

  /** Not under the lock: the scanner is foreign code. Two threads at once both do the work. */
  private SymbolIndex readIndex() {
    StoredIndexPart stored;
    synchronized (lock) {
      stored = storedIndex;
    }
    if (stored != null) {
      Content.Inside inside = (Content.Inside) stored.part.content();
      byte[] image = reader.tableBytes(stored.part);
      return new SymbolIndexReader(stored.format, image, path().toString(), inside.start()).read();
    }
    if (scanner != null) {
      return ScannedSymbolIndex.scan(members(), scanner);
    }
    if (members().isEmpty()) {
      return new ScannedSymbolIndex(Map.of());
    }
    throw malformed(0, "the archive has no symbol index", "Make one with ranlib.");
  }

  private ArchiveMember memberAtLocked(long offset, String symbol) {
    Part part = partAtLocked(offset);
    if (part.isTable()) {
      throw malformed(
          offset,
          "the symbol index says that %s is defined by the table %s".formatted(symbol, part.name()),
          "The symbol index is damaged; make it again with ranlib.");
    }
    return memberOfLocked(part);
  }

  private ArchiveMember memberOfLocked(Part part) {
    return membersByOffset.computeIfAbsent(
        part.offset(),
        offset -> new ArchiveMember(this, offset, part.name(), part.size(), part.content()));
  }

  /** Every part enters through here, so that no two that overlap are ever handed out. */
  private Part partAtLocked(long offset) {
    Part known = parts.get(offset);
    if (known != null) {
      return known;
    }
    Part part = reader.read(offset);
    Map.Entry<Long, Part> before = parts.lowerEntry(offset);
    Map.Entry<Long, Part> after = parts.higherEntry(offset);
    if (before != null && before.getValue().next() > offset) {
      throw overlapping(before.getValue(), part);
    }
    if (after != null && part.next() > after.getKey()) {
      throw overlapping(part, after.getValue());
    }
    parts.put(offset, part);
    return part;
  }

  private byte[] readFile(ArchiveMember member, Path file, int length) {
    FileKind.requireRegularFile(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      requireSize(member, file, channel.size());
      byte[] read = ChannelReader.read(channel, 0, length);
      if (read.length < length) {
        throw stale(member, file, read.length);
      }
      return read;
    } catch (IOException e) {
      throw new UnreadableFileException(
          file,
          "cannot be read for the thin archive %s: %s".formatted(path(), e),
          "Check the file's permissions and its disk.",
          e);
    }
  }

  /**
   * A thin archive inside a thin archive is refused: two of them could name each other for ever.
   */
  private byte[] readNested(ArchiveMember member, Content.NestedArchive nested, int length) {
    Path file = resolve(nested.path());
    try (Archive archive = open(file)) {
      if (archive.thin) {
        throw malformed(
            member.offset(),
            "the nested archive %s is thin itself".formatted(file),
            "Build the outer archive again; ar takes the members of a thin archive one by one.");
      }
      Part part;
      synchronized (archive.lock) {
        part = archive.partAtLocked(nested.offset());
      }
      requireSize(member, file, part.size());
      return archive.source.read(((Content.Inside) part.content()).start(), length);
    }
  }

  private Path resolve(String memberPath) {
    try {
      return source.path().resolveSibling(memberPath);
    } catch (InvalidPathException e) {
      throw malformed(
          0,
          "\"%s\" is not a file name".formatted(MemberHeader.printable(memberPath)),
          "Build the thin archive again.");
    }
  }

  private void requireSize(ArchiveMember member, Path file, long size) {
    if (size != member.size()) {
      throw stale(member, file, size);
    }
  }

  private MalformedArchiveException stale(ArchiveMember member, Path file, long size) {
    return malformed(
        member.offset(),
        "%s had %d bytes when the thin archive was made and has %d now"
            .formatted(file, member.size(), size),
        "Bring the archive up to date with ar rcsT.");
  }

  private MalformedArchiveException overlapping(Part first, Part second) {
    return malformed(
        second.offset(),
        "member %s at 0x%x overlaps member %s, which ends at 0x%x"
            .formatted(
                MemberHeader.printable(second.name()),
                second.offset(),
                MemberHeader.printable(first.name()),
                first.next()),
        "The archive or its symbol index is damaged; build it again with ar.");
  }

  private MalformedArchiveException malformed(long offset, String what, String mend) {
    return new MalformedArchiveException(path().toString(), offset, what, mend);
  }
}
