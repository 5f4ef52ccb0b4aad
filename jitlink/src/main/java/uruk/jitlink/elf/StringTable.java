package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import uruk.jitlink.graph.NameSource;

/** A string table (gABI, "String Table"): zero-terminated names by their offset. */
final class StringTable implements NameSource {
  private static final int NO_SECTION = -1;

  private final ElfFile file;
  private final int section;
  private final byte[] bytes;
  private final int begin;
  private final int size;

  private StringTable(ElfFile file, int section, int offset, int size) {
    ByteBuffer buffer = file.bytes();
    this.file = file;
    this.section = section;
    this.bytes = buffer.array();
    this.begin = buffer.arrayOffset() + offset;
    this.size = size;
  }

  static StringTable empty(ElfFile file) {
    return new StringTable(file, NO_SECTION, 0, 0);
  }

  static StringTable of(SectionTable sections, int section) {
    int type = sections.type(section);
    if (type != Elf.SHT_STRTAB) {
      throw sections
          .file()
          .malformed(
              place(section), "is used as string table, and its type %d is not 3".formatted(type));
    }
    int offset = sections.offset(section);
    return new StringTable(sections.file(), section, offset, (int) sections.size(section));
  }

  /** Only errors need it, and an archive's members have a hundred tables. */
  private static String place(int section) {
    return section == NO_SECTION ? "string table" : "section " + section;
  }

  /** {@return the bytes of the name at an offset, without its end; 0 if there is no such name} */
  int length(int offset) {
    return contains(offset) ? end(offset) - begin - offset : 0;
  }

  /** {@return whether a name begins inside of the table and ends there} */
  boolean contains(int offset) {
    return offset >= 0 && offset < size && end(offset) < begin + size;
  }

  /** {@return the name at an offset; offset 0 of an empty table is the empty name} */
  @Override
  public String name(int offset) {
    if (offset == 0) {
      return "";
    }
    if (offset < 0 || offset >= size) {
      throw file.malformed(
          place(section),
          "name at 0x%x is outside of the string table of 0x%x bytes".formatted(offset, size));
    }
    int end = end(offset);
    if (end == begin + size) {
      throw file.malformed(place(section), "name at 0x%x has no end".formatted(offset));
    }
    return decode(begin + offset, end - begin - offset);
  }

  @Override
  public boolean hasName(int offset) {
    boolean begins = offset > 0 && offset < size;
    return begins ? bytes[begin + offset] != 0 : !name(offset).isEmpty();
  }

  /** {@return the byte at an offset; 0 behind the table} */
  int byteAt(int offset) {
    return offset < size ? bytes[begin + offset] : 0;
  }

  /** {@return whether the text at an offset begins so; no string is made of it} */
  boolean startsWith(int offset, byte[] prefix) {
    if (offset < 0 || offset > size - prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[begin + offset + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /** One byte after the other: words of eight are a call each until the JVM has compiled it. */
  private int end(int offset) {
    int end = begin + offset;
    int limit = begin + size;
    while (end < limit && bytes[end] != 0) {
      end++;
    }
    return end;
  }

  /** Bytes that are no UTF-8 are taken as Latin-1, so that different names stay different. */
  private String decode(int at, int length) {
    String name = new String(bytes, at, length, StandardCharsets.UTF_8);
    return name.indexOf('\ufffd') < 0
        ? name
        : new String(bytes, at, length, StandardCharsets.ISO_8859_1);
  }
}
