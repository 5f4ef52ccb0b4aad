package uruk.jitlink.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a small ELF shared object for the process's own dynamic linker: a page of tables in front
 * of a reserve of address space that the linker fills later.
 *
 * <p>A module that the dynamic linker knows is seen by everything that asks it: unwinders find the
 * frame header ({@code PT_GNU_EH_FRAME}), {@code dladdr} and debuggers find a name, and no function
 * has to be registered anywhere. See the System V gABI, chapters 4 and 5, and the x86-64 psABI.
 *
 * <pre>
 *   0          ELF header, program headers, hash, dynsym, dynstr, dynamic     one PT_LOAD, RW
 *   pageSize   reserve (zero-fill, PT_LOAD without file bytes)
 * </pre>
 */
final class ElfImage {
  private static final int ELF_HEADER_SIZE = 64;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SYMBOL_SIZE = 24;
  private static final int DYNAMIC_SIZE = 16;

  private static final int ET_DYN = 3;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_GNU_EH_FRAME = 0x6474e550;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int PF_W = 2;
  private static final int PF_R = 4;
  private static final int SHT_STRTAB = 3;
  private static final int SHT_DYNSYM = 11;
  private static final int DT_HASH = 4;
  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int DT_STRSZ = 10;
  private static final int DT_SYMENT = 11;
  private static final int DT_SONAME = 14;
  private static final int STB_GLOBAL_STT_OBJECT = 0x11;
  private static final short SHN_ABS_PLACEHOLDER = 1; // any defined index: loaders test only for 0

  private record Export(String name, long reserveOffset) {}

  private final short machine;
  private final int pageSize;
  private final String soname;
  private final long reserveSize;
  private final long frameHeaderOffset;
  private final int frameHeaderSize;
  private final List<Export> exports = new ArrayList<>();

  /**
   * @param machine the e_machine of the process
   * @param soname what debuggers and {@code dladdr} call the module
   * @param reserveSize bytes of address space behind the tables; a multiple of the page size
   * @param frameHeaderOffset where in the reserve the .eh_frame_hdr will stand
   */
  ElfImage(
      short machine,
      int pageSize,
      String soname,
      long reserveSize,
      long frameHeaderOffset,
      int frameHeaderSize) {
    this.machine = machine;
    this.pageSize = pageSize;
    this.soname = soname;
    this.reserveSize = reserveSize;
    this.frameHeaderOffset = frameHeaderOffset;
    this.frameHeaderSize = frameHeaderSize;
  }

  /** Exports a place in the reserve under a name that dlsym(3) finds. */
  void export(String name, long reserveOffset) {
    exports.add(new Export(name, reserveOffset));
  }

  /** {@return the image's bytes: one page} */
  byte[] bytes() {
    ByteBuffer image = ByteBuffer.allocate(pageSize).order(ByteOrder.nativeOrder());
    StringTable strings = new StringTable();
    int programHeaders = ELF_HEADER_SIZE;
    int programHeaderCount = 5;
    int hash = programHeaders + programHeaderCount * PROGRAM_HEADER_SIZE;
    int symbolCount = exports.size() + 1;
    int symbols = align(hash + 4 * (2 + 1 + symbolCount), 8);
    int symbolsSize = symbolCount * SYMBOL_SIZE;
    int dynamic = symbols + symbolsSize;
    int dynamicCount = 7;
    int dynamicSize = dynamicCount * DYNAMIC_SIZE;
    int sectionHeaders = dynamic + dynamicSize;
    int sectionHeaderCount = 3;
    int stringBase = sectionHeaders + sectionHeaderCount * SECTION_HEADER_SIZE;

    writeHash(image.position(hash), symbolCount);
    writeSymbols(image.position(symbols), strings);
    int sonameOffset = strings.add(soname);
    int dynsymName = strings.add(".dynsym");
    int dynstrName = strings.add(".dynstr");
    byte[] stringBytes = strings.bytes();
    image.put(stringBase, stringBytes);
    long[][] dynamicEntries = {
      {DT_SONAME, sonameOffset},
      {DT_HASH, hash},
      {DT_SYMTAB, symbols},
      {DT_SYMENT, SYMBOL_SIZE},
      {DT_STRTAB, stringBase},
      {DT_STRSZ, stringBytes.length},
      {0, 0},
    };
    image.position(dynamic);
    for (long[] entry : dynamicEntries) {
      image.putLong(entry[0]).putLong(entry[1]);
    }
    image.position(sectionHeaders + SECTION_HEADER_SIZE);
    putSectionHeader(image, dynsymName, SHT_DYNSYM, symbols, symbolsSize, 2, 1, SYMBOL_SIZE);
    putSectionHeader(image, dynstrName, SHT_STRTAB, stringBase, stringBytes.length, 0, 0, 0);
    writeHeader(image.position(0), programHeaderCount, sectionHeaders, sectionHeaderCount);
    image.position(programHeaders);
    int end = stringBase + stringBytes.length;
    putProgramHeader(image, PT_LOAD, PF_R | PF_W, 0, end, end, pageSize);
    putProgramHeader(image, PT_LOAD, PF_R, pageSize, 0, reserveSize, pageSize);
    putProgramHeader(image, PT_DYNAMIC, PF_R | PF_W, dynamic, dynamicSize, dynamicSize, 8);
    putProgramHeader(
        image, PT_GNU_EH_FRAME, PF_R, pageSize + frameHeaderOffset, 0, frameHeaderSize, 4);
    // Without this header glibc makes every stack of the process executable.
    putProgramHeader(image, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 16);
    return image.array();
  }

  private void writeHeader(
      ByteBuffer image, int programHeaderCount, int sectionHeaders, int sectionHeaderCount) {
    byte order = (byte) (image.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2);
    image.put(new byte[] {0x7f, 'E', 'L', 'F', 2, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    image.putShort((short) ET_DYN).putShort(machine).putInt(1).putLong(0);
    image.putLong(ELF_HEADER_SIZE).putLong(sectionHeaders).putInt(0);
    image.putShort((short) ELF_HEADER_SIZE);
    image.putShort((short) PROGRAM_HEADER_SIZE).putShort((short) programHeaderCount);
    image.putShort((short) SECTION_HEADER_SIZE).putShort((short) sectionHeaderCount);
    image.putShort((short) 2); // names of sections stand in .dynstr
  }

  private void writeHash(ByteBuffer image, int symbolCount) {
    image.putInt(1).putInt(symbolCount).putInt(symbolCount > 1 ? 1 : 0);
    for (int i = 0; i < symbolCount; i++) {
      image.putInt(i > 0 && i + 1 < symbolCount ? i + 1 : 0);
    }
  }

  private void writeSymbols(ByteBuffer image, StringTable strings) {
    image.position(image.position() + SYMBOL_SIZE);
    for (Export export : exports) {
      image.putInt(strings.add(export.name())).put((byte) STB_GLOBAL_STT_OBJECT).put((byte) 0);
      image.putShort(SHN_ABS_PLACEHOLDER);
      image.putLong(pageSize + export.reserveOffset()).putLong(0);
    }
  }

  private static void putProgramHeader(
      ByteBuffer image, int type, int flags, long offset, long fileSize, long size, long align) {
    image.putInt(type).putInt(flags).putLong(offset).putLong(offset).putLong(offset);
    image.putLong(fileSize).putLong(size).putLong(align);
  }

  private static void putSectionHeader(
      ByteBuffer image, int name, int type, long offset, long size, int link, int info, int entry) {
    image.putInt(name).putInt(type).putLong(2).putLong(offset).putLong(offset).putLong(size);
    image.putInt(link).putInt(info).putLong(8).putLong(entry);
  }

  private static int align(int value, int alignment) {
    return (value + alignment - 1) & -alignment;
  }

  /** Zero-terminated names, the empty one first (gABI chapter 4, "String Table"). */
  private static final class StringTable {
    private final StringBuilder text = new StringBuilder("\0");

    int add(String name) {
      int offset = text.length();
      text.append(name).append('\0');
      return offset;
    }

    byte[] bytes() {
      return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
  }
}
