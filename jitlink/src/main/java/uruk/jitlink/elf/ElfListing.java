package uruk.jitlink.elf;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Relocation;

/**
 * What the tables of an ELF object say, line by line, for people and tools to look at. Nothing is
 * left out and nothing is interpreted beyond the names of the System V gABI.
 *
 * @param header the file header
 * @param sections the section headers, the empty one at index 0 included
 * @param symbols the symbol table, the empty one at index 0 included
 * @param relocations all relocations in the order of the file
 * @param groups the COMDAT groups
 */
public record ElfListing(
    Header header,
    List<SectionEntry> sections,
    List<SymbolEntry> symbols,
    List<RelocationEntry> relocations,
    List<GroupEntry> groups) {

  /** Copies the lists. */
  public ElfListing {
    sections = List.copyOf(sections);
    symbols = List.copyOf(symbols);
    relocations = List.copyOf(relocations);
    groups = List.copyOf(groups);
  }

  /**
   * The file header.
   *
   * @param file the file's name
   * @param size bytes of the file
   * @param bits 32 or 64
   * @param littleEndian the byte order
   * @param machine the number in {@code e_machine}
   * @param target the machine's name here
   * @param programHeaders how many program headers there are; a linker ignores them
   */
  public record Header(
      String file,
      long size,
      int bits,
      boolean littleEndian,
      int machine,
      String target,
      int programHeaders) {}

  /**
   * A section header.
   *
   * @param index its number
   * @param name its name
   * @param type the name of its type, such as {@code PROGBITS}, or the number in hexadecimal
   * @param flags the letters that readelf(1) uses, such as {@code AX}
   * @param offset where in the file it begins
   * @param size bytes
   * @param alignment what its address is a multiple of
   * @param link what {@code sh_link} says
   * @param info what {@code sh_info} says
   */
  public record SectionEntry(
      int index,
      String name,
      String type,
      String flags,
      long offset,
      long size,
      long alignment,
      int link,
      int info) {}

  /**
   * A symbol.
   *
   * @param index its number
   * @param name its name; that of the section for a section's symbol
   * @param binding such as {@code GLOBAL}
   * @param type such as {@code FUNC}
   * @param visibility such as {@code HIDDEN}
   * @param section the number of its section, or −1
   * @param place the name of its section, or {@code UNDEF}, {@code ABS}, {@code COMMON}
   * @param value its offset in the section, its address if absolute, its alignment if common
   * @param size bytes
   */
  public record SymbolEntry(
      int index,
      String name,
      String binding,
      String type,
      String visibility,
      int section,
      String place,
      long value,
      long size) {

    /** {@return whether a relocation is of this symbol's bytes, or refers to the symbol} */
    public boolean concernedBy(RelocationEntry relocation) {
      return contains(relocation) || relocation.symbol() == index;
    }

    /** {@return whether a relocation is of this symbol's bytes} */
    public boolean contains(RelocationEntry relocation) {
      return relocation.section() == section
          && relocation.offset() >= value
          && relocation.offset() - value < size;
    }
  }

  /**
   * A relocation.
   *
   * @param section the number of the section that is relocated
   * @param offset where in that section
   * @param number the relocation's number
   * @param meaning the target's line for the number; null if the target does not know it
   * @param symbol the number of the symbol referred to
   * @param addend the addend; 0 for a table whose addends are in the section
   */
  public record RelocationEntry(
      int section, long offset, int number, @Nullable Relocation meaning, int symbol, long addend) {

    /** {@return the psABI's name, or the number if the target does not know it} */
    public String name() {
      return meaning == null ? "type " + number : meaning.name();
    }
  }

  /**
   * A group of sections.
   *
   * @param signature identifies the group among all objects
   * @param sections the numbers of its members
   */
  public record GroupEntry(String signature, List<Integer> sections) {

    /** Copies the list. */
    public GroupEntry {
      sections = List.copyOf(sections);
    }
  }
}
