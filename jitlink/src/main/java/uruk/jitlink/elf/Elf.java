package uruk.jitlink.elf;

/** Constants of the System V gABI's ELF chapter and its GNU extensions, with their names there. */
final class Elf {
  static final int EI_CLASS = 4;
  static final int EI_DATA = 5;
  static final int EI_VERSION = 6;
  static final int EI_NIDENT = 16;
  static final int ELFDATA2LSB = 1;
  static final int ELFDATA2MSB = 2;
  static final int EV_CURRENT = 1;

  static final int ET_REL = 1;
  static final int ET_EXEC = 2;
  static final int ET_DYN = 3;
  static final int ET_CORE = 4;

  static final int SHN_UNDEF = 0;
  static final int SHN_LORESERVE = 0xff00;
  static final int SHN_X86_64_LCOMMON = 0xff02;
  static final int SHN_ABS = 0xfff1;
  static final int SHN_COMMON = 0xfff2;
  static final int SHN_XINDEX = 0xffff;

  static final int SHT_NULL = 0;
  static final int SHT_PROGBITS = 1;
  static final int SHT_SYMTAB = 2;
  static final int SHT_STRTAB = 3;
  static final int SHT_RELA = 4;
  static final int SHT_HASH = 5;
  static final int SHT_DYNAMIC = 6;
  static final int SHT_NOBITS = 8;
  static final int SHT_REL = 9;
  static final int SHT_DYNSYM = 11;
  static final int SHT_INIT_ARRAY = 14;
  static final int SHT_FINI_ARRAY = 15;
  static final int SHT_PREINIT_ARRAY = 16;
  static final int SHT_GROUP = 17;
  static final int SHT_SYMTAB_SHNDX = 18;
  static final int SHT_RELR = 19;
  static final int SHT_CREL = 0x40000014;

  static final long SHF_WRITE = 0x1;
  static final long SHF_ALLOC = 0x2;
  static final long SHF_EXECINSTR = 0x4;
  static final long SHF_LINK_ORDER = 0x80;
  static final long SHF_TLS = 0x400;
  static final long SHF_COMPRESSED = 0x800;
  static final long SHF_GNU_RETAIN = 0x200000;
  static final long SHF_EXCLUDE = 0x80000000L;

  static final int GRP_COMDAT = 1;

  static final int ELFCOMPRESS_ZLIB = 1;
  static final int ELFCOMPRESS_ZSTD = 2;

  static final int STB_LOCAL = 0;
  static final int STB_GLOBAL = 1;
  static final int STB_WEAK = 2;
  static final int STB_GNU_UNIQUE = 10;

  static final int STT_FUNC = 2;
  static final int STT_SECTION = 3;
  static final int STT_FILE = 4;
  static final int STT_COMMON = 5;
  static final int STT_TLS = 6;
  static final int STT_GNU_IFUNC = 10;

  static final int STV_INTERNAL = 1;
  static final int STV_HIDDEN = 2;

  private Elf() {}
}
