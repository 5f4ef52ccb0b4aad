package uruk.jitlink.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes x86-64 objects that no assembler would write. Sections are counted from 1. */
final class ObjectWriter {
  static final int STRING_TABLE = 1;
  private static final int HEADER_SIZE = 64;
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SYMBOL_SIZE = 24;
  private static final short EM_X86_64 = 62;

  /** A section header; {@code offset} is a place in the bytes behind the ELF header. */
  private record Header(
      int name, int type, long flags, long offset, long size, int link, int info, long entrySize) {}

  private final List<Header> headers = new ArrayList<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Begins an object whose section 1 is the string table of everything. */
  ObjectWriter(byte[] strings) {
    headers.add(new Header(0, Elf.SHT_NULL, 0, 0, 0, 0, 0, 0));
    headers.add(new Header(0, Elf.SHT_STRTAB, 0, put(strings), strings.length, 0, 0, 0));
  }

  /** Names one after the other behind an empty one, each with its zero byte. */
  static byte[] strings(List<String> names) {
    return ("\0" + String.join("\0", names) + "\0").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** {@return where the bytes are, for {@link #section}} */
  int put(byte[] content) {
    int at = bytes.size();
    bytes.writeBytes(content);
    return at;
  }

  /** Adds a section over bytes that were put; sections may share them. */
  ObjectWriter section(int name, int type, long flags, long offset, long size) {
    headers.add(new Header(name, type, flags, offset, size, 0, 0, 0));
    return this;
  }

  /** Adds a symbol table of global symbols with these names, each at the begin of a section. */
  ObjectWriter symbols(int[] names, int section) {
    ByteBuffer table =
        ByteBuffer.allocate((names.length + 1) * SYMBOL_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    table.position(SYMBOL_SIZE);
    for (int name : names) {
      table.putInt(name).put((byte) (Elf.STB_GLOBAL << 4)).put((byte) 0).putShort((short) section);
      table.putLong(0).putLong(0);
    }
    int at = put(table.array());
    headers.add(
        new Header(0, Elf.SHT_SYMTAB, 0, at, table.capacity(), STRING_TABLE, 1, SYMBOL_SIZE));
    return this;
  }

  /** {@return the object} */
  byte[] object() {
    int count = headers.size();
    boolean extended = count >= Elf.SHN_LORESERVE;
    int table = HEADER_SIZE + bytes.size();
    ByteBuffer file =
        ByteBuffer.allocate(table + count * SECTION_HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    file.putShort((short) Elf.ET_REL).putShort(EM_X86_64).putInt(1).putLong(0).putLong(0);
    file.putLong(table).putInt(0).putShort((short) HEADER_SIZE).putInt(0);
    file.putShort((short) SECTION_HEADER_SIZE).putShort((short) (extended ? 0 : count));
    file.putShort((short) STRING_TABLE).put(bytes.toByteArray());
    for (Header header : headers) {
      boolean first = header.type == Elf.SHT_NULL;
      file.putInt(header.name).putInt(header.type).putLong(header.flags).putLong(0);
      file.putLong(first ? 0 : HEADER_SIZE + header.offset);
      file.putLong(first && extended ? count : header.size);
      file.putInt(header.link).putInt(header.info).putLong(1).putLong(header.entrySize);
    }
    return file.array();
  }
}
