package uruk.jitlink.elf;

import org.jspecify.annotations.Nullable;

/** The two sizes of ELF's words, and where the fields of its structures are in each. */
@SuppressWarnings("ImmutableEnumChecker") // the layouts are records of numbers
enum ElfClass {
  ELF32(
      4,
      new HeaderLayout(52, 32, 46),
      new SectionLayout(40, 8, 16, 20, 24, 28, 32, 36),
      new SymbolLayout(16, 4, 8, 12, 13, 14),
      new RelocationLayout(8, 12, 4, 8, 8),
      new CompressionLayout(12, 4)),
  ELF64(
      8,
      new HeaderLayout(64, 40, 58),
      new SectionLayout(64, 8, 24, 32, 40, 44, 48, 56),
      new SymbolLayout(24, 8, 16, 4, 5, 6),
      new RelocationLayout(16, 24, 8, 16, 32),
      new CompressionLayout(24, 8));

  /** Elf32_Ehdr and Elf64_Ehdr: bytes in all, and where the fields that differ are. */
  record HeaderLayout(int size, int sectionTable, int sectionEntrySize) {}

  /** Elf32_Shdr and Elf64_Shdr: bytes in all, and where the fields that differ are. */
  record SectionLayout(
      int size,
      int flags,
      int offset,
      int length,
      int link,
      int info,
      int alignment,
      int entrySize) {}

  /** Elf32_Sym and Elf64_Sym: bytes in all, and where the fields that differ are. */
  record SymbolLayout(int size, int value, int length, int info, int other, int section) {}

  /** Elf32_Rel(a) and Elf64_Rel(a): bytes in all, fields, and how the info word is split. */
  record RelocationLayout(int relSize, int relaSize, int info, int addend, int symbolShift) {}

  /** Elf32_Chdr and Elf64_Chdr: bytes in all, and where the size is. */
  record CompressionLayout(int size, int length) {}

  final int wordSize;
  final HeaderLayout header;
  final SectionLayout section;
  final SymbolLayout symbol;
  final RelocationLayout relocation;
  final CompressionLayout compression;

  ElfClass(
      int wordSize,
      HeaderLayout header,
      SectionLayout section,
      SymbolLayout symbol,
      RelocationLayout relocation,
      CompressionLayout compression) {
    this.wordSize = wordSize;
    this.header = header;
    this.section = section;
    this.symbol = symbol;
    this.relocation = relocation;
    this.compression = compression;
  }

  /** {@return the class with an {@code EI_CLASS} value, or null} */
  static @Nullable ElfClass of(int eiClass) {
    return switch (eiClass) {
      case 1 -> ELF32;
      case 2 -> ELF64;
      default -> null;
    };
  }
}
