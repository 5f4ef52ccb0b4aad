package uruk.jitlink.elf;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import uruk.jitlink.elf.ElfListing.GroupEntry;
import uruk.jitlink.elf.ElfListing.Header;
import uruk.jitlink.elf.ElfListing.RelocationEntry;
import uruk.jitlink.elf.ElfListing.SectionEntry;
import uruk.jitlink.elf.ElfListing.SymbolEntry;
import uruk.jitlink.graph.Target;

/** Lists an object's tables; the numbers' names are those of the gABI and of readelf(1). */
final class ElfLister {
  private static final Map<Integer, String> SECTION_TYPES =
      Map.ofEntries(
          Map.entry(Elf.SHT_NULL, "NULL"),
          Map.entry(Elf.SHT_PROGBITS, "PROGBITS"),
          Map.entry(Elf.SHT_SYMTAB, "SYMTAB"),
          Map.entry(Elf.SHT_STRTAB, "STRTAB"),
          Map.entry(Elf.SHT_RELA, "RELA"),
          Map.entry(Elf.SHT_HASH, "HASH"),
          Map.entry(Elf.SHT_DYNAMIC, "DYNAMIC"),
          Map.entry(7, "NOTE"),
          Map.entry(Elf.SHT_NOBITS, "NOBITS"),
          Map.entry(Elf.SHT_REL, "REL"),
          Map.entry(Elf.SHT_DYNSYM, "DYNSYM"),
          Map.entry(Elf.SHT_INIT_ARRAY, "INIT_ARRAY"),
          Map.entry(Elf.SHT_FINI_ARRAY, "FINI_ARRAY"),
          Map.entry(Elf.SHT_PREINIT_ARRAY, "PREINIT_ARRAY"),
          Map.entry(Elf.SHT_GROUP, "GROUP"),
          Map.entry(Elf.SHT_SYMTAB_SHNDX, "SYMTAB_SHNDX"),
          Map.entry(Elf.SHT_RELR, "RELR"),
          Map.entry(Elf.SHT_CREL, "CREL"),
          Map.entry(0x6fff4c03, "LLVM_ADDRSIG"),
          Map.entry(0x70000001, "X86_64_UNWIND"));

  private static final Map<Integer, String> BINDINGS =
      Map.of(
          Elf.STB_LOCAL, "LOCAL",
          Elf.STB_GLOBAL, "GLOBAL",
          Elf.STB_WEAK, "WEAK",
          Elf.STB_GNU_UNIQUE, "UNIQUE");

  private static final Map<Integer, String> SYMBOL_TYPES =
      Map.of(
          0,
          "NOTYPE",
          1,
          "OBJECT",
          Elf.STT_FUNC,
          "FUNC",
          Elf.STT_SECTION,
          "SECTION",
          Elf.STT_FILE,
          "FILE",
          Elf.STT_COMMON,
          "COMMON",
          Elf.STT_TLS,
          "TLS",
          Elf.STT_GNU_IFUNC,
          "IFUNC");

  private static final List<String> VISIBILITIES =
      List.of("DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED");

  /** A flag and its letter. */
  private record Flag(long bit, char letter) {}

  private static final List<Flag> FLAGS =
      List.of(
          new Flag(Elf.SHF_WRITE, 'W'),
          new Flag(Elf.SHF_ALLOC, 'A'),
          new Flag(Elf.SHF_EXECINSTR, 'X'),
          new Flag(0x10, 'M'),
          new Flag(0x20, 'S'),
          new Flag(0x40, 'I'),
          new Flag(Elf.SHF_LINK_ORDER, 'L'),
          new Flag(0x200, 'G'),
          new Flag(Elf.SHF_TLS, 'T'),
          new Flag(Elf.SHF_COMPRESSED, 'C'),
          new Flag(Elf.SHF_GNU_RETAIN, 'R'),
          new Flag(0x10000000, 'l'),
          new Flag(Elf.SHF_EXCLUDE, 'E'));

  private final Target target;
  private final SectionTable sections;
  private final SymbolTable symbols;
  private final GroupTable groups;

  ElfLister(Target target, SectionTable sections, SymbolTable symbols, GroupTable groups) {
    this.target = target;
    this.sections = sections;
    this.symbols = symbols;
    this.groups = groups;
  }

  ElfListing list() {
    return new ElfListing(header(), sections(), symbols(), relocations(), groups());
  }

  private Header header() {
    ElfFile file = sections.file();
    return new Header(
        file.name(),
        file.size(),
        8 * file.elfClass().wordSize,
        file.bytes().order().equals(ByteOrder.LITTLE_ENDIAN),
        file.machine(),
        target.name(),
        file.programHeaderCount());
  }

  private List<SectionEntry> sections() {
    List<SectionEntry> entries = new ArrayList<>(sections.count());
    for (int i = 0; i < sections.count(); i++) {
      entries.add(
          new SectionEntry(
              i,
              sections.name(i),
              name(SECTION_TYPES, sections.type(i)),
              flags(sections.flags(i)),
              sections.offsetField(i),
              sections.size(i),
              sections.alignment(i),
              sections.link(i),
              sections.info(i)));
    }
    return entries;
  }

  private List<SymbolEntry> symbols() {
    List<SymbolEntry> entries = new ArrayList<>(symbols.count());
    for (int i = 0; i < symbols.count(); i++) {
      int section = symbols.inSection(i) ? symbols.section(i) : -1;
      boolean ofSection = symbols.type(i) == Elf.STT_SECTION && section >= 0;
      entries.add(
          new SymbolEntry(
              i,
              ofSection ? sections.name(section) : symbols.name(i),
              name(BINDINGS, symbols.binding(i)),
              name(SYMBOL_TYPES, symbols.type(i)),
              VISIBILITIES.get(symbols.visibility(i)),
              section,
              section >= 0 ? sections.name(section) : specialPlace(symbols.sectionField(i)),
              symbols.value(i),
              symbols.size(i)));
    }
    return entries;
  }

  private static String specialPlace(int field) {
    return switch (field) {
      case Elf.SHN_UNDEF -> "UNDEF";
      case Elf.SHN_ABS -> "ABS";
      case Elf.SHN_COMMON -> "COMMON";
      case Elf.SHN_X86_64_LCOMMON -> "LARGE_COMMON";
      default -> "0x%x".formatted(field);
    };
  }

  private List<RelocationEntry> relocations() {
    List<RelocationEntry> entries = new ArrayList<>();
    for (int i = 1; i < sections.count(); i++) {
      int type = sections.type(i);
      if (type == Elf.SHT_RELA || type == Elf.SHT_REL) {
        addRelocations(i, type == Elf.SHT_RELA, entries);
      }
    }
    return entries;
  }

  private void addRelocations(int section, boolean explicitAddends, List<RelocationEntry> entries) {
    ElfFile file = sections.file();
    ElfClass elfClass = file.elfClass();
    ElfClass.RelocationLayout layout = elfClass.relocation;
    int entrySize = explicitAddends ? layout.relaSize() : layout.relSize();
    int count = sections.entries(section, entrySize);
    int at = sections.offset(section);
    int patched = sections.checkIndex(sections.info(section), () -> sections.describe(section));
    for (int i = 0; i < count; i++, at += entrySize) {
      long info = file.word(at + layout.info());
      int number = (int) (layout.symbolShift() == 32 ? info & 0xffff_ffffL : info & 0xff);
      int symbol = (int) (info >>> layout.symbolShift());
      if (symbol < 0 || symbol >= symbols.count()) {
        throw sections.malformed(
            section,
            "relocation %d refers to symbol %d of %d"
                .formatted(i, symbol & 0xffff_ffffL, symbols.count()));
      }
      long addend =
          !explicitAddends
              ? 0
              : elfClass.wordSize == 8
                  ? file.int64(at + layout.addend())
                  : file.int32(at + layout.addend());
      entries.add(
          new RelocationEntry(
              patched, file.word(at), number, target.elfRelocation(number), symbol, addend));
    }
  }

  private List<GroupEntry> groups() {
    return groups.groups().stream()
        .map(group -> new GroupEntry(group.signature(), group.members().asList()))
        .toList();
  }

  private static String flags(long flags) {
    StringBuilder letters = new StringBuilder();
    for (Flag flag : FLAGS) {
      if ((flags & flag.bit()) != 0) {
        letters.append(flag.letter());
      }
    }
    return letters.toString();
  }

  private static String name(Map<Integer, String> names, int number) {
    String name = names.get(number);
    return name == null ? "0x%x".formatted(number) : name;
  }
}
