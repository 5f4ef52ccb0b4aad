package uruk.tools.inspect;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import uruk.jitlink.elf.ElfListing;
import uruk.jitlink.elf.ElfListing.GroupEntry;
import uruk.jitlink.elf.ElfListing.Header;
import uruk.jitlink.elf.ElfListing.RelocationEntry;
import uruk.jitlink.elf.ElfListing.SectionEntry;
import uruk.jitlink.elf.ElfListing.SymbolEntry;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.host.Demangler;

/** An object's tables as text. */
final class ObjectText {
  private final ElfListing listing;
  private final Page page;

  ObjectText(ElfListing listing, Page page) {
    this.listing = listing;
    this.page = page;
  }

  void print() {
    printHeader();
    printSections();
    printSymbols(listing.symbols());
    printGroups();
    Map<Integer, List<RelocationEntry>> relocations =
        listing.relocations().stream().collect(Collectors.groupingBy(RelocationEntry::section));
    for (SectionEntry section : listing.sections()) {
      printRelocations(
          "Relocations of " + section.name(), relocations.getOrDefault(section.index(), List.of()));
    }
  }

  /** Prints one symbol: where it is, what it refers to, who refers to it. */
  void print(SymbolEntry symbol) {
    printHeader();
    printSymbols(List.of(symbol));
    String name = readable(symbol.name());
    printRelocations(
        "Relocations in " + name, listing.relocations().stream().filter(symbol::contains).toList());
    printRelocations(
        "References to " + name,
        listing.relocations().stream().filter(r -> r.symbol() == symbol.index()).toList());
  }

  private void printHeader() {
    Header header = listing.header();
    page.title(
        "%s: ELF%d %s-endian relocatable object for %s, %d bytes"
            .formatted(
                header.file(),
                header.bits(),
                header.littleEndian() ? "little" : "big",
                header.target(),
                header.size()));
    if (header.programHeaders() > 0) {
      page.line(
          "  It has %d program headers, which linking ignores.".formatted(header.programHeaders()));
    }
  }

  private void printSections() {
    TextTable table =
        new TextTable("rlllrrr", "#", "name", "type", "flags", "size", "align", "offset");
    for (SectionEntry section : listing.sections()) {
      if (section.index() > 0) {
        table.row(
            section.index(),
            section.name(),
            section.type(),
            section.flags(),
            hex(section.size()),
            section.alignment(),
            hex(section.offset()));
      }
    }
    page.part("Sections", table);
  }

  private void printSymbols(List<SymbolEntry> symbols) {
    TextTable table =
        new TextTable(
            "rrrlllll", "#", "value", "size", "type", "binding", "visibility", "place", "name");
    for (SymbolEntry symbol : symbols) {
      if (symbol.index() > 0) {
        table.row(
            symbol.index(),
            hex(symbol.value()),
            symbol.size(),
            symbol.type(),
            symbol.binding(),
            symbol.visibility(),
            symbol.place(),
            readable(symbol.name()));
      }
    }
    page.part("Symbols", table);
  }

  private void printGroups() {
    TextTable table = new TextTable("ll", "signature", "sections");
    for (GroupEntry group : listing.groups()) {
      table.row(
          readable(group.signature()),
          group.sections().stream()
              .map(index -> listing.sections().get(index).name())
              .collect(Collectors.joining(", ")));
    }
    page.part("Groups, kept or discarded as one (COMDAT)", table);
  }

  private void printRelocations(String title, List<RelocationEntry> relocations) {
    TextTable table =
        new TextTable("rllll", "offset", "relocation", "edge kind", "formula", "target");
    for (RelocationEntry relocation : relocations) {
      table.row(
          hex(relocation.offset()),
          relocation.name(),
          edgeKind(relocation),
          formula(relocation),
          target(relocation));
    }
    page.part(title, table);
  }

  private static String edgeKind(RelocationEntry relocation) {
    return kindOf(relocation).map(EdgeKind::llvmName).orElse("-");
  }

  private static String formula(RelocationEntry relocation) {
    return kindOf(relocation)
        .map(kind ->
            kind.formula() == Formula.NONE
                ? "makes a GOT entry first"
                : "%s : %s".formatted(kind.formula(), kind.field()))
        .orElse("-");
  }

  private static Optional<EdgeKind> kindOf(RelocationEntry relocation) {
    return Optional.ofNullable(relocation.meaning())
        .flatMap(m -> Optional.ofNullable(m.edgeKind()));
  }

  private String target(RelocationEntry relocation) {
    String name = readable(listing.symbols().get(relocation.symbol()).name());
    long addend = relocation.addend();
    return addend == 0
        ? name
        : "%s %s 0x%x".formatted(name, addend < 0 ? "-" : "+", Math.abs(addend));
  }

  private static String readable(String name) {
    return Demangler.describe(name);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
