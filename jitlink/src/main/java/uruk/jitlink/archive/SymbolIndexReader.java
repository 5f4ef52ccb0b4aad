package uruk.jitlink.archive;

import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads a stored symbol index. The work is linear in its size whatever it says, because a name may
 * only start where the one before it ended.
 */
final class SymbolIndexReader {

  private final SymbolIndexFormat format;
  private final byte[] image;
  private final String file;
  private final long offset;

  /**
   * Prepares to read.
   *
   * @param format the index's shape
   * @param image its bytes, kept by the index
   * @param file for messages
   * @param offset of the image in the file, for messages
   */
  SymbolIndexReader(SymbolIndexFormat format, byte[] image, String file, long offset) {
    this.format = format;
    this.image = image;
    this.file = file;
    this.offset = offset;
  }

  StoredSymbolIndex read() {
    return format.isBsd() ? readBsd() : readGnu();
  }

  /** A count, that many member offsets, that many names. */
  private StoredSymbolIndex readGnu() {
    int word = format.wordSize();
    long count = wordAt(0, ByteOrder.BIG_ENDIAN, "symbol count");
    if (count < 0 || count > (image.length - word) / (word + 1)) {
      throw malformed(0, "the index claims %d symbols in %d bytes".formatted(count, image.length));
    }
    int symbols = (int) count;
    int[] starts = new int[symbols];
    int[] ends = new int[symbols];
    long[] members = new long[symbols];
    int at = word + symbols * word;
    for (int i = 0; i < symbols; i++) {
      members[i] = memberOffset(word + i * word, ByteOrder.BIG_ENDIAN);
      starts[i] = at;
      ends[i] = endOfName(at, image.length, i);
      at = ends[i] + 1;
    }
    return new StoredSymbolIndex(image, starts, ends, members);
  }

  /** Size of the entries, entries (name position, member offset), size of the names, names. */
  private StoredSymbolIndex readBsd() {
    int word = format.wordSize();
    ByteOrder order = bsdOrder();
    long entryBytes = wordAt(0, order, "size of the entries");
    if (!isEntrySize(entryBytes)) {
      throw malformed(
          0, "the index claims %d bytes of entries in %d".formatted(entryBytes, image.length));
    }
    int entriesEnd = word + (int) entryBytes;
    long nameBytes = wordAt(entriesEnd, order, "size of the names");
    int namesStart = entriesEnd + word;
    if (nameBytes < 0 || nameBytes > image.length - namesStart) {
      throw malformed(
          entriesEnd,
          "the index claims %d bytes of names where %d are left"
              .formatted(nameBytes, image.length - namesStart));
    }
    int[] starts = nameStarts(namesStart, namesStart + (int) nameBytes);
    int[] ends = new int[starts.length];
    for (int i = 0; i < starts.length; i++) {
      ends[i] = endOfName(starts[i], namesStart + (int) nameBytes, i);
    }
    long[] members = new long[starts.length];
    Arrays.fill(members, SymbolIndex.NONE);
    for (int at = word; at < entriesEnd; at += 2 * word) {
      int name = nameAt(at, namesStart, starts, order);
      long member = memberOffset(at + word, order);
      members[name] = members[name] == SymbolIndex.NONE ? member : Math.min(members[name], member);
    }
    return new StoredSymbolIndex(image, starts, ends, members);
  }

  /** The target's byte order is not written down; the wrong one gives an impossible size. */
  private ByteOrder bsdOrder() {
    long size = wordAt(0, ByteOrder.LITTLE_ENDIAN, "size of the entries");
    return isEntrySize(size) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private boolean isEntrySize(long bytes) {
    int word = format.wordSize();
    return bytes >= 0 && bytes <= image.length - 2L * word && bytes % (2L * word) == 0;
  }

  private int[] nameStarts(int start, int end) {
    int[] starts = new int[16];
    int count = 0;
    for (int at = start; at < end; at++) {
      if (at == start || image[at - 1] == 0) {
        starts = count == starts.length ? Arrays.copyOf(starts, count * 2) : starts;
        starts[count++] = at;
      }
    }
    if (end > start && image[end - 1] != 0) {
      throw malformed(end - 1, "the last name has no end");
    }
    return Arrays.copyOf(starts, count);
  }

  private int nameAt(int entry, int namesStart, int[] starts, ByteOrder order) {
    long position = wordAt(entry, order, "name position");
    int name =
        position < 0 || position > image.length
            ? -1
            : Arrays.binarySearch(starts, namesStart + (int) position);
    if (name < 0) {
      throw malformed(entry, "no name starts at position %d of the names".formatted(position));
    }
    return name;
  }

  private int endOfName(int start, int limit, int name) {
    for (int at = start; at < limit; at++) {
      if (image[at] == 0) {
        return at;
      }
    }
    throw malformed(start, "name %d runs past the end of the index".formatted(name));
  }

  private long memberOffset(int at, ByteOrder order) {
    long member = wordAt(at, order, "member offset");
    if (member < 0) {
      throw malformed(at, "member offset 0x%x".formatted(member));
    }
    return member;
  }

  private long wordAt(int at, ByteOrder order, String what) {
    if (at > image.length - format.wordSize()) {
      throw malformed(at, "the index ends before its " + what);
    }
    return format.word(image, at, order);
  }

  private MalformedArchiveException malformed(int at, String what) {
    return new MalformedArchiveException(
        file, offset + at, what, "The symbol index is damaged; make it again with ranlib.");
  }
}
