package uruk.jitlink.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.archive.ArchiveMember.Content;

/**
 * Reads one header, and the name that belongs to it in whichever way the name is stored. Used under
 * its archive's lock.
 */
final class MemberReader {

  private static final String LONG_NAMES = "//";
  private static final String COFF_TABLE = "/<";
  private static final String BSD_LONG_NAME = "#1/";

  /** Read with each header, so that most BSD names, which follow it, need no second read. */
  private static final int NAME_READ_AHEAD = 68;

  private static final String REBUILD =
      "The archive is truncated or damaged; build it again with ar.";

  private final ArchiveSource source;
  private final boolean thin;
  private final Map<Integer, String> longNamesRead = new HashMap<>();
  private byte[] longNames = {};

  MemberReader(ArchiveSource source, boolean thin) {
    this.source = source;
    this.thin = thin;
  }

  /**
   * A header with everything it says made sense of.
   *
   * @param offset of the header
   * @param name as a user knows it; the archive's own tables keep their raw names
   * @param content where the bytes are
   * @param size of the content in bytes
   * @param next offset of the header that follows
   * @param isTable not a member but one of the archive's own tables
   */
  record Part(long offset, String name, Content content, long size, long next, boolean isTable) {}

  /**
   * Reads the part whose header is at {@code offset}; a table of long names takes effect at once.
   */
  Part read(long offset) {
    byte[] bytes = readHeader(offset);
    MemberHeader header = MemberHeader.parse(bytes, file(), offset);
    if (header.name().startsWith(BSD_LONG_NAME)) {
      return bsdPart(offset, header, bytes);
    }
    if (isTable(header.name())) {
      Part table = stored(offset, header.name(), 0, header.size());
      if (header.name().equals(LONG_NAMES)) {
        longNames = tableBytes(table);
        longNamesRead.clear();
      }
      return table;
    }
    if (header.name().startsWith("/")) {
      return longNamedPart(offset, header);
    }
    String name = withoutTrailingSlash(header.name());
    return thin
        ? elsewhere(offset, name, new Content.OwnFile(name), header.size())
        : stored(offset, name, 0, header.size());
  }

  /** {@return the bytes of one of the archive's own tables} Needs no lock. */
  byte[] tableBytes(Part table) {
    return source.read(((Content.Inside) table.content()).start(), arrayLength(table));
  }

  private byte[] readHeader(long offset) {
    if (offset < Archive.MAGIC_LENGTH || offset > source.size() - MemberHeader.LENGTH) {
      throw malformed(
          offset,
          "a member header of %d bytes does not fit into the archive's %d bytes"
              .formatted(MemberHeader.LENGTH, source.size()));
    }
    return source.read(
        offset, (int) Math.min(MemberHeader.LENGTH + NAME_READ_AHEAD, source.size() - offset));
  }

  /** {@code #1/len}: the name's bytes are counted in the size and come first, padded with zeros. */
  private Part bsdPart(long offset, MemberHeader header, byte[] bytes) {
    long length =
        MemberHeader.decimal(
            header.name().substring(BSD_LONG_NAME.length()), "name length", file(), offset);
    if (length > header.size()) {
      throw malformed(
          offset,
          "the member's name has %d bytes, the whole member only %d"
              .formatted(length, header.size()));
    }
    requireInside(offset, header.size());
    int start = MemberHeader.LENGTH;
    byte[] name =
        start + length <= bytes.length
            ? Arrays.copyOfRange(bytes, start, start + (int) length)
            : source.read(offset + start, arrayLength(offset, length));
    return stored(offset, text(name, 0, endOfPadded(name)), length, header.size());
  }

  /** {@code /position}, or in a thin archive {@code /position:offset of a nested member}. */
  private Part longNamedPart(long offset, MemberHeader header) {
    String reference = header.name().substring(1);
    int colon = thin ? reference.indexOf(':') : -1;
    String position = colon < 0 ? reference : reference.substring(0, colon);
    String name = longName(MemberHeader.decimal(position, "name position", file(), offset), offset);
    if (!thin) {
      return stored(offset, name, 0, header.size());
    }
    if (colon < 0) {
      return elsewhere(offset, name, new Content.OwnFile(name), header.size());
    }
    long nested =
        MemberHeader.decimal(reference.substring(colon + 1), "nested offset", file(), offset);
    return elsewhere(offset, name, new Content.NestedArchive(name, nested), header.size());
  }

  /**
   * A name of the table ends with {@code "/\n"}, in COFF libraries with a zero byte. It may only
   * start where another ended: names that overlap could make a small table expand to gigabytes.
   */
  private String longName(long position, long offset) {
    int start = (int) Math.min(position, longNames.length);
    if (start == longNames.length || (start > 0 && !isEndOfName(longNames[start - 1]))) {
      throw malformed(
          offset, "no long name starts at position %d of %d".formatted(position, longNames.length));
    }
    return longNamesRead.computeIfAbsent(start, this::longNameAt);
  }

  private String longNameAt(int start) {
    int end = start;
    while (end < longNames.length && !isEndOfName(longNames[end])) {
      end++;
    }
    return withoutTrailingSlash(text(longNames, start, end));
  }

  private static boolean isEndOfName(byte b) {
    return b == '\n' || b == 0;
  }

  private Part stored(long offset, String name, long prefix, long sizeWithPrefix) {
    requireInside(offset, sizeWithPrefix);
    long start = offset + MemberHeader.LENGTH;
    return new Part(
        offset,
        name,
        new Content.Inside(start + prefix),
        sizeWithPrefix - prefix,
        padded(start + sizeWithPrefix),
        isTable(name));
  }

  private void requireInside(long offset, long size) {
    long start = offset + MemberHeader.LENGTH;
    if (size > source.size() - start) {
      throw malformed(
          offset,
          "a member of %d bytes starts at 0x%x and runs past the end of the archive at 0x%x"
              .formatted(size, start, source.size()));
    }
  }

  private static Part elsewhere(long offset, String name, Content content, long size) {
    return new Part(offset, name, content, size, padded(offset + MemberHeader.LENGTH), false);
  }

  private static boolean isTable(String name) {
    return name.equals(LONG_NAMES)
        || name.startsWith(COFF_TABLE)
        || SymbolIndexFormat.ofMemberNamed(name) != null;
  }

  /** Members start at even offsets; a newline fills up. */
  private static long padded(long end) {
    return end + (end & 1);
  }

  private int arrayLength(Part part) {
    return arrayLength(part.offset, part.size);
  }

  private int arrayLength(long offset, long length) {
    if (length > Integer.MAX_VALUE - Long.BYTES) {
      throw malformed(offset, "a table or name of %d bytes is too large".formatted(length));
    }
    return (int) length;
  }

  private static int endOfPadded(byte[] name) {
    int end = name.length;
    while (end > 0 && name[end - 1] == 0) {
      end--;
    }
    return end;
  }

  private static String withoutTrailingSlash(String name) {
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  private static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  private String file() {
    return source.path().toString();
  }

  private MalformedArchiveException malformed(long offset, String what) {
    return new MalformedArchiveException(file(), offset, what, REBUILD);
  }
}
