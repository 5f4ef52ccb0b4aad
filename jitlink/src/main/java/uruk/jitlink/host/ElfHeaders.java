package uruk.jitlink.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The headers of an ELF shared object (gABI chapters 4 and 5). Each is put at the position. */
final class ElfHeaders {
  static final int ELF_HEADER_SIZE = 64;
  static final int PROGRAM_HEADER_SIZE = 56;
  static final int SECTION_HEADER_SIZE = 64;

  static final int PT_LOAD = 1;
  static final int PT_DYNAMIC = 2;
  static final int PT_TLS = 7;
  static final int PT_GNU_EH_FRAME = 0x6474e550;
  static final int PT_GNU_STACK = 0x6474e551;
  static final int PF_X = 1;
  static final int PF_W = 2;
  static final int PF_R = 4;
  static final int SHT_PROGBITS = 1;
  static final int SHT_STRTAB = 3;
  static final int SHT_DYNSYM = 11;
  static final int SHF_ALLOC = 2;
  static final int SHF_EXECINSTR = 4;

  private static final int ET_DYN = 3;
  private static final short NAMES_SECTION = 2;

  private ElfHeaders() {}

  /**
   * Puts the file's header.
   *
   * @param machine the e_machine of the process
   * @param sectionHeaders where the section headers are; the second is that of their names
   */
  static void putFileHeader(
      ByteBuffer image,
      short machine,
      int programHeaderCount,
      int sectionHeaders,
      int sectionHeaderCount) {
    byte order = (byte) (image.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2);
    image.put(new byte[] {0x7f, 'E', 'L', 'F', 2, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    image.putShort((short) ET_DYN).putShort(machine).putInt(1).putLong(0);
    image.putLong(ELF_HEADER_SIZE).putLong(sectionHeaders).putInt(0);
    image.putShort((short) ELF_HEADER_SIZE);
    image.putShort((short) PROGRAM_HEADER_SIZE).putShort((short) programHeaderCount);
    image.putShort((short) SECTION_HEADER_SIZE).putShort((short) sectionHeaderCount);
    image.putShort(NAMES_SECTION);
  }

  /** Puts the header of a segment whose address is its offset in the file. */
  static void putSegment(
      ByteBuffer image, int type, int flags, long offset, long fileSize, long size, long align) {
    image.putInt(type).putInt(flags).putLong(offset).putLong(offset).putLong(offset);
    image.putLong(fileSize).putLong(size).putLong(align);
  }

  /**
   * Puts the header of a section whose address is its offset in the file.
   *
   * @param name its offset in the string table
   * @param link and the next two: as the type defines them
   */
  static void putSection(
      ByteBuffer image,
      int name,
      int type,
      int flags,
      long offset,
      long size,
      int link,
      int info,
      int entrySize) {
    image.putInt(name).putInt(type).putLong(flags).putLong(offset).putLong(offset).putLong(size);
    image.putInt(link).putInt(info).putLong(8).putLong(entrySize);
  }
}
