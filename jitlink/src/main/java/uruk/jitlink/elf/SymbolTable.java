package uruk.jitlink.elf;

import org.jspecify.annotations.Nullable;

/**
 * The symbol table (gABI, "Symbol Table"): reads fields where they are in the file. Names of
 * symbols that are visible outside are decoded once and kept, so that everybody holds the same
 * string.
 */
final class SymbolTable {
  private final SectionTable sections;
  private final ElfFile file;
  private final ElfClass.SymbolLayout layout;
  private final StringTable names;
  private final int begin;
  private final int count;
  private final int firstGlobal;
  private final int extendedIndices;
  private final @Nullable String[] globalNames;
  private long nameLength; // of the global names that were read; threads may count one twice

  private SymbolTable(SectionTable sections, int section) {
    this.sections = sections;
    this.file = sections.file();
    this.layout = file.elfClass().symbol;
    this.begin = sections.offset(section);
    this.count = sections.entries(section, layout.size());
    this.names =
        StringTable.of(
            sections,
            sections.checkIndex(sections.link(section), () -> sections.describe(section)));
    this.firstGlobal = checkFirstGlobal(section);
    this.extendedIndices = findExtendedIndices(section);
    this.globalNames = new String[count - firstGlobal];
  }

  private SymbolTable(SectionTable sections) {
    this.sections = sections;
    this.file = sections.file();
    this.layout = file.elfClass().symbol;
    this.names = StringTable.empty(file);
    this.begin = 0;
    this.count = 0;
    this.firstGlobal = 0;
    this.extendedIndices = -1;
    this.globalNames = new String[0];
  }

  /** {@return the object's symbol table; an empty one if it has none} */
  static SymbolTable of(SectionTable sections) {
    int found = -1;
    for (int i = 1; i < sections.count(); i++) {
      if (sections.type(i) == Elf.SHT_SYMTAB) {
        if (found >= 0) {
          throw sections.malformed(i, "is a second symbol table after section " + found);
        }
        found = i;
      }
    }
    return found < 0 ? new SymbolTable(sections) : new SymbolTable(sections, found);
  }

  int count() {
    return count;
  }

  /** {@return the index of the first symbol that is not local} */
  int firstGlobal() {
    return firstGlobal;
  }

  StringTable names() {
    return names;
  }

  int nameOffset(int symbol) {
    return file.int32(at(symbol));
  }

  String name(int symbol) {
    if (symbol < firstGlobal) {
      return names.name(nameOffset(symbol));
    }
    String name = globalNames[symbol - firstGlobal];
    if (name == null) {
      name = names.name(nameOffset(symbol));
      countName(name);
      globalNames[symbol - firstGlobal] = name;
    }
    return name;
  }

  /** Names may overlap: without this check, they could ask for the square of the file's size. */
  private void countName(String name) {
    nameLength += name.length();
    if (nameLength > SectionTable.NAME_RATIO * file.size()) {
      throw sections
          .file()
          .malformed(
              "symbol table",
              "the names are more than %d times the file".formatted(SectionTable.NAME_RATIO));
    }
  }

  int binding(int symbol) {
    return file.int8(at(symbol) + layout.info()) >> 4;
  }

  int type(int symbol) {
    return file.int8(at(symbol) + layout.info()) & 0xf;
  }

  int visibility(int symbol) {
    return file.int8(at(symbol) + layout.other()) & 3;
  }

  long value(int symbol) {
    return file.word(at(symbol) + layout.value());
  }

  long size(int symbol) {
    return file.word(at(symbol) + layout.length());
  }

  /** {@return the section index field: a special value, or {@code SHN_XINDEX}, or an index} */
  int sectionField(int symbol) {
    return file.int16(at(symbol) + layout.section());
  }

  /** {@return whether the symbol is a place in a section of this object} */
  boolean inSection(int symbol) {
    int field = sectionField(symbol);
    return field == Elf.SHN_XINDEX || (field != Elf.SHN_UNDEF && field < Elf.SHN_LORESERVE);
  }

  /** {@return the index of the section of a symbol that is in one, checked} */
  int section(int symbol) {
    int field = sectionField(symbol);
    if (field == Elf.SHN_XINDEX) {
      if (extendedIndices < 0) {
        throw file.malformed(
            describe(symbol), "has an extended section index, and there is no table of them");
      }
      field = file.int32(extendedIndices + 4 * symbol);
    }
    if (field <= 0 || field >= sections.count()) {
      sections.checkIndex(field == 0 ? -1 : field, () -> describe(symbol));
    }
    return field;
  }

  /** {@return the symbol as errors name it: {@code symbol 7 (main)}} */
  String describe(int symbol) {
    int offset = nameOffset(symbol);
    return offset != 0 && names.contains(offset)
        ? "symbol %d (%s)".formatted(symbol, names.name(offset))
        : "symbol " + symbol;
  }

  private int at(int symbol) {
    return begin + symbol * layout.size();
  }

  private int checkFirstGlobal(int section) {
    int first = sections.info(section);
    if (first < 0 || first > count) {
      throw sections.malformed(
          section,
          "the first symbol that is not local is number %d of %d"
              .formatted(first & 0xffff_ffffL, count));
    }
    return first;
  }

  private int findExtendedIndices(int symbolTable) {
    for (int i = 1; i < sections.count(); i++) {
      if (sections.type(i) == Elf.SHT_SYMTAB_SHNDX && sections.link(i) == symbolTable) {
        int entries = sections.entries(i, 4);
        if (entries < count) {
          throw sections.malformed(
              i, "has %d section indices for %d symbols".formatted(entries, count));
        }
        return sections.offset(i);
      }
    }
    return -1;
  }
}
