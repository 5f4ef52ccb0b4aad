package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.archive.FileKind;

/**
 * The ELF header (gABI, "ELF Header"), checked, and the bytes of the whole file.
 *
 * <p>Numbers are put together from the bytes of the array below the buffer: the buffer's own
 * methods are a dozen calls deep, which is most of what reading costs until the JVM has compiled
 * them.
 */
final class ElfFile {
  private final String name;
  private final ByteBuffer bytes;
  private final byte[] array;
  private final int begin;
  private final boolean littleEndian;
  private final ElfClass elfClass;

  private ElfFile(String name, ByteBuffer bytes, ElfClass elfClass) {
    this.name = name;
    this.bytes = bytes;
    this.array = bytes.array();
    this.begin = bytes.arrayOffset();
    this.littleEndian = bytes.order() == ByteOrder.LITTLE_ENDIAN;
    this.elfClass = elfClass;
  }

  /** Checks the header of a relocatable object; the buffer's content begins at index 0. */
  static ElfFile of(String name, ByteBuffer bytes) {
    checkMagic(name, bytes);
    ElfClass elfClass = ElfClass.of(bytes.get(Elf.EI_CLASS));
    if (elfClass == null) {
      throw malformedHeader(name, "class " + bytes.get(Elf.EI_CLASS) + " is neither 1 nor 2");
    }
    ByteOrder order =
        switch (bytes.get(Elf.EI_DATA)) {
          case Elf.ELFDATA2LSB -> ByteOrder.LITTLE_ENDIAN;
          case Elf.ELFDATA2MSB -> ByteOrder.BIG_ENDIAN;
          default ->
              throw malformedHeader(
                  name, "data encoding " + bytes.get(Elf.EI_DATA) + " is neither 1 nor 2");
        };
    if (bytes.get(Elf.EI_VERSION) != Elf.EV_CURRENT) {
      throw malformedHeader(name, "version " + bytes.get(Elf.EI_VERSION) + " is not 1");
    }
    if (bytes.limit() < elfClass.header.size()) {
      throw malformedHeader(
          name,
          "%d bytes are too few for the header of %d"
              .formatted(bytes.limit(), elfClass.header.size()));
    }
    ElfFile file = new ElfFile(name, bytes.order(order), elfClass);
    file.checkType();
    return file;
  }

  String name() {
    return name;
  }

  ByteBuffer bytes() {
    return bytes;
  }

  int size() {
    return bytes.limit();
  }

  ElfClass elfClass() {
    return elfClass;
  }

  /** {@return the unsigned number in one byte} */
  int int8(int at) {
    return array[begin + at] & 0xff;
  }

  /** {@return the unsigned number in two bytes, an Elf32_Half} */
  int int16(int at) {
    int first = array[begin + at] & 0xff;
    int second = array[begin + at + 1] & 0xff;
    return littleEndian ? first | second << 8 : first << 8 | second;
  }

  /** {@return the number in four bytes, an Elf32_Word} */
  int int32(int at) {
    int i = begin + at;
    int number =
        (array[i] & 0xff)
            | (array[i + 1] & 0xff) << 8
            | (array[i + 2] & 0xff) << 16
            | array[i + 3] << 24;
    return littleEndian ? number : Integer.reverseBytes(number);
  }

  /** {@return the number in eight bytes, an Elf64_Xword} */
  long int64(int at) {
    long first = int32(at) & 0xffff_ffffL;
    long second = int32(at + 4) & 0xffff_ffffL;
    return littleEndian ? first | second << 32 : first << 32 | second;
  }

  /** {@return an address, offset or size; a 32-bit one is zero-extended} */
  long word(int at) {
    return elfClass.wordSize == 8 ? int64(at) : int32(at) & 0xffff_ffffL;
  }

  int machine() {
    return int16(18);
  }

  long sectionTableOffset() {
    return word(elfClass.header.sectionTable());
  }

  int sectionEntrySize() {
    return int16(elfClass.header.sectionEntrySize());
  }

  int programHeaderCount() {
    return int16(elfClass.header.sectionEntrySize() - 2);
  }

  int sectionCount() {
    return int16(elfClass.header.sectionEntrySize() + 2);
  }

  int sectionNamesIndex() {
    return int16(elfClass.header.sectionEntrySize() + 4);
  }

  MalformedObjectException malformed(String place, String what) {
    return new MalformedObjectException(name, place, what);
  }

  private static void checkMagic(String name, ByteBuffer bytes) {
    byte[] first = new byte[Math.min(bytes.limit(), FileKind.BYTES_NEEDED)];
    bytes.get(0, first);
    FileKind kind = FileKind.of(first);
    switch (kind) {
      case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_SHARED, ELF_OTHER -> {
        if (first.length < Elf.EI_NIDENT) {
          throw malformedHeader(
              name, Arrays.toString(first) + " is only the beginning of an identification");
        }
      }
      case BITCODE ->
          throw new UnsupportedObjectException(
              name, "LLVM bitcode", "Compile without -flto to get machine code.");
      case ARCHIVE, THIN_ARCHIVE, TEXT, EMPTY, UNKNOWN ->
          throw new MalformedObjectException(
              name,
              "beginning of the file",
              "this is "
                  + kind.description()
                  + ", not a relocatable object file. "
                  + (kind == FileKind.ARCHIVE || kind == FileKind.THIN_ARCHIVE
                      ? "Add it as an archive."
                      : "A compiler makes one with -c."));
    }
  }

  private void checkType() {
    int type = int16(16);
    switch (type) {
      case Elf.ET_REL -> {}
      case Elf.ET_EXEC -> throw notRelocatable("an executable", "Link the .o files it is made of.");
      case Elf.ET_DYN ->
          throw notRelocatable(
              "a shared library or position-independent executable",
              "Load it as a library, or link the .o files it is made of.");
      case Elf.ET_CORE -> throw notRelocatable("a core dump", "Give a .o file.");
      default -> throw malformedHeader(name, "type " + type + " is not 1 (relocatable)");
    }
  }

  private UnsupportedObjectException notRelocatable(String what, String remedy) {
    return new UnsupportedObjectException(name, "linking " + what, remedy);
  }

  private static MalformedObjectException malformedHeader(String name, String what) {
    return new MalformedObjectException(name, "ELF header", what);
  }
}
