package uruk.jitlink.elf;

import java.util.function.Supplier;
import uruk.jitlink.MalformedObjectException;

/**
 * The section header table (gABI, "Sections"): reads fields where they are in the file, so that an
 * object with 100,000 sections costs no objects here. Indices are below {@link #count()}.
 */
final class SectionTable {
  private final ElfFile file;
  private final ElfClass.SectionLayout layout;
  private final int begin;
  private final int count;
  private final StringTable names;
  private volatile boolean namesChecked;

  SectionTable(ElfFile file) {
    this.file = file;
    this.layout = file.elfClass().section;
    long offset = file.sectionTableOffset();
    if (offset == 0) {
      begin = 0;
      count = 0;
    } else {
      begin = checkBegin(offset);
      count = checkCount();
    }
    names = names();
  }

  ElfFile file() {
    return file;
  }

  int count() {
    return count;
  }

  String name(int section) {
    if (!namesChecked) {
      checkNames();
      namesChecked = true;
    }
    return names.name(nameOffset(section));
  }

  /** {@return whether a section's name begins so; no string is made of it} */
  boolean isNamed(int section, byte[] prefix) {
    return names.startsWith(nameOffset(section), prefix);
  }

  /** {@return a byte of a section's name, which has at least so many before; 0 at its end} */
  int nameByte(int section, int index) {
    return names.byteAt(nameOffset(section) + index);
  }

  int type(int section) {
    return file.int32(at(section) + 4);
  }

  long flags(int section) {
    return file.word(at(section) + layout.flags());
  }

  boolean hasFlag(int section, long flag) {
    return (flags(section) & flag) != 0;
  }

  /** {@return whether the section is a part of the program that is linked} */
  boolean inProgram(int section) {
    return (flags(section) & (Elf.SHF_ALLOC | Elf.SHF_EXCLUDE)) == Elf.SHF_ALLOC;
  }

  /** {@return the size in memory, which is checked to be in the file unless NOBITS} */
  long size(int section) {
    return file.word(at(section) + layout.length());
  }

  /** {@return what the header says of where the section begins, unchecked} */
  long offsetField(int section) {
    return file.word(at(section) + layout.offset());
  }

  int link(int section) {
    return file.int32(at(section) + layout.link());
  }

  int info(int section) {
    return file.int32(at(section) + layout.info());
  }

  long entrySize(int section) {
    return file.word(at(section) + layout.entrySize());
  }

  /** {@return the alignment, a power of two} */
  long alignment(int section) {
    long alignment = file.word(at(section) + layout.alignment());
    if (alignment == 0) {
      return 1;
    }
    if (Long.bitCount(alignment) != 1 || alignment < 0 || alignment > MAXIMUM_ALIGNMENT) {
      throw malformed(
          section,
          "alignment 0x%x is not a power of two up to 0x%x"
              .formatted(alignment, MAXIMUM_ALIGNMENT));
    }
    return alignment;
  }

  /** {@return where in the file the section begins; the whole section is inside of the file} */
  int offset(int section) {
    long offset = file.word(at(section) + layout.offset());
    long size = size(section);
    if (offset < 0 || size < 0 || offset > file.size() || size > file.size() - offset) {
      throw malformed(
          section,
          "offset 0x%x and size 0x%x reach beyond the end of the file at 0x%x"
              .formatted(offset, size, file.size()));
    }
    return (int) offset;
  }

  /**
   * {@return the number of entries of a table section, whose bytes are inside of the file}
   *
   * @param expectedSize what the entry size must be
   */
  int entries(int section, int expectedSize) {
    offset(section);
    long size = size(section);
    if (entrySize(section) != expectedSize) {
      throw malformed(
          section, "entry size %d is not %d".formatted(entrySize(section), expectedSize));
    }
    if (size % expectedSize != 0) {
      throw malformed(
          section,
          "size 0x%x is not a multiple of the entry size %d".formatted(size, expectedSize));
    }
    return (int) (size / expectedSize);
  }

  /**
   * Checks a reference to a section.
   *
   * @param from who refers, for the error text
   */
  int checkIndex(int index, Supplier<String> from) {
    if (index < 0 || index >= count) {
      throw file.malformed(
          from.get(), "refers to section %d of %d".formatted(index & 0xffff_ffffL, count));
    }
    return index;
  }

  MalformedObjectException malformed(int section, String what) {
    return file.malformed(describe(section), what);
  }

  /** {@return the section as errors name it: {@code section 4 (.text)}} */
  String describe(int section) {
    int nameOffset = nameOffset(section);
    return names != null && names.contains(nameOffset)
        ? "section %d (%s)".formatted(section, names.name(nameOffset))
        : "section " + section;
  }

  static final long MAXIMUM_ALIGNMENT = 1L << 30;

  /** How often a file's size all its names have at most. A header takes more room than a name. */
  static final long NAME_RATIO = 16;

  private int nameOffset(int section) {
    return file.int32(at(section));
  }

  private int at(int section) {
    return begin + section * layout.size();
  }

  private int checkBegin(long offset) {
    if (file.sectionEntrySize() != layout.size()) {
      throw file.malformed(
          "ELF header",
          "section header size %d is not %d".formatted(file.sectionEntrySize(), layout.size()));
    }
    if (offset < 0 || offset > file.size() - layout.size()) {
      throw file.malformed(
          "ELF header",
          "section header table at 0x%x is beyond the end of the file at 0x%x"
              .formatted(offset, file.size()));
    }
    return (int) offset;
  }

  /** With 0xff00 sections and more the header has 0, and section 0's size is the number. */
  private int checkCount() {
    long number = file.sectionCount();
    if (number == 0) {
      number = size(0);
    }
    if (number < 0 || number > (file.size() - begin) / layout.size()) {
      throw file.malformed(
          "ELF header",
          "%s section headers at 0x%x reach beyond the end of the file at 0x%x"
              .formatted(Long.toUnsignedString(number), begin, file.size()));
    }
    return (int) number;
  }

  /** Names may overlap: without this check, they could ask for the square of the file's size. */
  private void checkNames() {
    long length = 0;
    for (int i = 0; i < count; i++) {
      length += names.length(nameOffset(i));
      if (length > NAME_RATIO * file.size()) {
        throw file.malformed(
            "section headers", "the names are more than %d times the file".formatted(NAME_RATIO));
      }
    }
  }

  private StringTable names() {
    int index = file.sectionNamesIndex();
    if (index == Elf.SHN_XINDEX && count > 0) {
      index = link(0);
    }
    if (index == Elf.SHN_UNDEF || count == 0) {
      return StringTable.empty(file);
    }
    checkIndex(index, () -> "ELF header");
    return StringTable.of(this, index);
  }
}
