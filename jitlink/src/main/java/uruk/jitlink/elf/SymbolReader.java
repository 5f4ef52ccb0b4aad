package uruk.jitlink.elf;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Makes the graph's symbols of the symbol table's; section symbols only when they are asked for.
 */
final class SymbolReader {
  /** In place of a symbol's ordinal: the graph has no such symbol. */
  static final int NONE = -1;

  private static final String COMMON_SECTION = ".common";

  private final LinkGraph graph;
  private final SectionTable sections;
  private final SymbolTable table;
  private final SymbolFacts facts;
  private final @Nullable Block[] blocks;
  private final int[] ordinals; // of the graph's symbols, or NONE

  SymbolReader(
      LinkGraph graph, SectionTable sections, SymbolTable table, @Nullable Block[] blocks) {
    this.graph = graph;
    this.sections = sections;
    this.table = table;
    this.facts = new SymbolFacts(sections, table);
    this.blocks = blocks;
    this.ordinals = new int[table.count()];
    Arrays.fill(ordinals, NONE);
    graph.expectSymbols(table.count());
  }

  void read() {
    for (int i = 1; i < ordinals.length; i++) {
      int type = table.type(i);
      if (type != Elf.STT_FILE && type != Elf.STT_SECTION) {
        ordinals[i] = ordinal(readSymbol(i));
      }
    }
  }

  int count() {
    return ordinals.length;
  }

  /**
   * {@return the ordinal of the graph's symbol for a relocation's, or {@link #NONE} if it is in a
   * section that the graph does not have}
   */
  int target(int symbol) {
    int known = ordinals[symbol];
    return known == NONE ? createdTarget(symbol) : known;
  }

  private int createdTarget(int symbol) {
    int created = ordinal(createTarget(symbol));
    ordinals[symbol] = created;
    return created;
  }

  private static int ordinal(@Nullable Symbol symbol) {
    return symbol == null ? NONE : symbol.ordinal();
  }

  /** Relocations with symbol 0 mean address 0 (gABI, "Relocation": STN_UNDEF). */
  private @Nullable Symbol createTarget(int symbol) {
    if (symbol == 0) {
      return graph.addAbsoluteSymbol("", 0, 0, Linkage.STRONG, Scope.LOCAL, false);
    }
    if (table.type(symbol) != Elf.STT_SECTION) {
      return null;
    }
    Block block = blocks[table.section(symbol)];
    return block == null
        ? null
        : graph.addAnonymousSymbol(block, checkedOffset(symbol, block), 0, false, false);
  }

  private @Nullable Symbol readSymbol(int symbol) {
    boolean global = facts.global(symbol);
    int field = table.sectionField(symbol);
    if (table.inSection(symbol)) {
      Block block = blocks[table.section(symbol)];
      return block == null ? null : readDefined(symbol, block, global);
    }
    if (field == Elf.SHN_UNDEF) {
      return readUndefined(symbol, global);
    }
    if (field == Elf.SHN_ABS) {
      return readAbsolute(symbol, global);
    }
    if (facts.common(symbol)) {
      return readCommon(symbol);
    }
    throw facts.malformed(symbol, "section index 0x%x is unknown".formatted(field));
  }

  private Symbol readDefined(int symbol, Block block, boolean global) {
    long offset = checkedOffset(symbol, block);
    long size = Math.min(facts.size(symbol), block.size() - offset);
    boolean callable = facts.callable(symbol);
    Symbol read =
        global
            ? graph.addDefinedSymbol(
                block,
                offset,
                checkedDefinedName(symbol),
                size,
                facts.weak(symbol) ? Linkage.WEAK : Linkage.STRONG,
                facts.scope(symbol),
                callable,
                false)
            : graph.addLocalSymbol(
                block, offset, table.names(), table.nameOffset(symbol), size, callable);
    read.setTargetFlags(facts.targetFlags(symbol));
    return read;
  }

  private Symbol readUndefined(int symbol, boolean global) {
    if (!global) {
      return graph.addAbsoluteSymbol("", 0, 0, Linkage.STRONG, Scope.LOCAL, false);
    }
    Symbol read =
        graph.addExternalSymbol(checkedName(symbol), 0, table.binding(symbol) == Elf.STB_WEAK);
    read.setCallable(facts.callable(symbol));
    read.setTargetFlags(facts.targetFlags(symbol));
    return read;
  }

  private Symbol readAbsolute(int symbol, boolean global) {
    return graph.addAbsoluteSymbol(
        table.name(symbol),
        table.value(symbol),
        facts.size(symbol),
        global && facts.weak(symbol) ? Linkage.WEAK : Linkage.STRONG,
        global ? facts.scope(symbol) : Scope.LOCAL,
        false);
  }

  private Symbol readCommon(int symbol) {
    String name = checkedName(symbol);
    facts.checkMachineCode(name);
    Section section = graph.findSection(COMMON_SECTION);
    if (section == null) {
      section = graph.createSection(COMMON_SECTION, MemProt.READ_WRITE);
    }
    return graph.addCommonSymbol(
        name,
        facts.scope(symbol),
        section,
        facts.size(symbol),
        facts.commonAlignment(symbol),
        false);
  }

  private String checkedName(int symbol) {
    String name = table.name(symbol);
    if (name.isEmpty()) {
      throw facts.malformed(symbol, "is global and has no name");
    }
    return name;
  }

  private String checkedDefinedName(int symbol) {
    checkedName(symbol);
    return facts.definedName(symbol);
  }

  private long checkedOffset(int symbol, Block block) {
    long offset = table.value(symbol);
    if (offset < 0 || offset > block.size()) {
      throw facts.malformed(
          symbol,
          "value 0x%x is outside of %s of 0x%x bytes"
              .formatted(offset, sections.describe(table.section(symbol)), block.size()));
    }
    return offset;
  }
}
