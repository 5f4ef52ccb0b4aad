package uruk.jitlink.elf;

import java.nio.ByteBuffer;

/**
 * Reads the relocations of one section, many at a time, into the shape of Elf64_Rela whatever the
 * file's is: three words each, the offset, the info word with the symbol in its upper half and the
 * type in its lower, and the addend. A copy of many words costs less than a look at each.
 */
final class RelocationTable {
  /** Words of a relocation: where each of them is. */
  static final int OFFSET = 0;

  static final int INFO = 1;
  static final int ADDEND = 2;
  static final int WORDS = 3;

  /** Relocations that are read at a time: few enough to stay in the processor's first cache. */
  static final int BATCH = 512;

  /** So many at least are worth the objects that a copy takes. */
  private static final int COPIED = 8;

  private final ElfFile file;
  private final int begin;
  private final int count;
  private final boolean explicitAddends;
  private final int entrySize;
  private final long[] words;

  /**
   * @param explicitAddends whether the section is of type RELA, not REL
   */
  RelocationTable(SectionTable sections, int section, boolean explicitAddends) {
    this.file = sections.file();
    ElfClass.RelocationLayout layout = file.elfClass().relocation;
    this.entrySize = explicitAddends ? layout.relaSize() : layout.relSize();
    this.count = sections.entries(section, entrySize);
    this.begin = sections.offset(section);
    this.explicitAddends = explicitAddends;
    this.words = new long[WORDS * Math.min(count, BATCH)];
  }

  /** {@return the number of relocations} */
  int count() {
    return count;
  }

  /**
   * {@return the words of up to {@link #BATCH} relocations; the next call overwrites them}
   *
   * @param first the first relocation to read
   */
  long[] read(int first) {
    int length = Math.min(BATCH, count - first);
    int at = begin + first * entrySize;
    if (file.elfClass() == ElfClass.ELF64 && explicitAddends && length >= COPIED) {
      ByteBuffer bytes = file.bytes();
      bytes
          .slice(at, length * entrySize)
          .order(bytes.order())
          .asLongBuffer()
          .get(words, 0, WORDS * length);
    } else {
      for (int i = 0; i < length; i++) {
        readOne(at + i * entrySize, i * WORDS);
      }
    }
    return words;
  }

  private void readOne(int at, int word) {
    ElfClass elfClass = file.elfClass();
    ElfClass.RelocationLayout layout = elfClass.relocation;
    words[word + OFFSET] = file.word(at);
    words[word + INFO] =
        elfClass == ElfClass.ELF64
            ? file.int64(at + layout.info())
            : wideInfo(file.int32(at + layout.info()));
    words[word + ADDEND] =
        !explicitAddends
            ? 0
            : elfClass == ElfClass.ELF64
                ? file.int64(at + layout.addend())
                : file.int32(at + layout.addend());
  }

  /** Elf32's info word has 24 bits of symbol and 8 of type. */
  private static long wideInfo(int info) {
    return (long) (info >>> 8) << 32 | (info & 0xff);
  }
}
