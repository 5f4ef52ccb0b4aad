package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.archive.FileKind;

/** The ELF header (gABI, "ELF Header"), checked, and the bytes of the whole file. */
final class ElfFile {
  private final String name;
  private final ByteBuffer bytes;
  private final ElfClass elfClass;

  private ElfFile(String name, ByteBuffer bytes, ElfClass elfClass) {
    this.name = name;
    this.bytes = bytes;
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

  int machine() {
    return bytes.getShort(18) & 0xffff;
  }

  long sectionTableOffset() {
    return elfClass.word(bytes, elfClass.header.sectionTable());
  }

  int sectionEntrySize() {
    return bytes.getShort(elfClass.header.sectionEntrySize()) & 0xffff;
  }

  int programHeaderCount() {
    return bytes.getShort(elfClass.header.sectionEntrySize() - 2) & 0xffff;
  }

  int sectionCount() {
    return bytes.getShort(elfClass.header.sectionEntrySize() + 2) & 0xffff;
  }

  int sectionNamesIndex() {
    return bytes.getShort(elfClass.header.sectionEntrySize() + 4) & 0xffff;
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
              "this is " + kind.description() + ", not a relocatable object file");
    }
  }

  private void checkType() {
    int type = bytes.getShort(16) & 0xffff;
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
