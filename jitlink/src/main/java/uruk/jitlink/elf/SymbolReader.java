package uruk.jitlink.elf;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.DuplicateDefinitionException;
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
  private final boolean[] skipped;
  private final @Nullable SharedNames shared;
  private final int[] ordinals; // of the graph's symbols, or NONE

  /**
   * A reader of one file.
   *
   * @param blocks of the file's sections
   * @param skipped by index the sections in whose place another file's were taken
   * @param shared null if the graph is of this file alone
   */
  SymbolReader(
      LinkGraph graph,
      SectionTable sections,
      SymbolTable table,
      @Nullable Block[] blocks,
      boolean[] skipped,
      @Nullable SharedNames shared) {
    this.graph = graph;
    this.sections = sections;
    this.table = table;
    this.facts = new SymbolFacts(sections, table);
    this.blocks = blocks;
    this.skipped = skipped;
    this.shared = shared;
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
    int section = table.section(symbol);
    Block block = blocks[section];
    if (block == null) {
      return skipped[section] ? nowhere() : null;
    }
    return graph.addAnonymousSymbol(block, checkedOffset(symbol, block), 0, false, false);
  }

  /**
   * {@return a symbol for what is in a skipped section and has no name that others share} As where
   * a group is discarded: a reference to it matters only if the referring section is used.
   */
  private Symbol nowhere() {
    return graph.addAbsoluteSymbol("", 0, 0, Linkage.STRONG, Scope.LOCAL, false);
  }

  private @Nullable Symbol readSymbol(int symbol) {
    boolean global = facts.global(symbol);
    int field = table.sectionField(symbol);
    if (table.inSection(symbol)) {
      int section = table.section(symbol);
      Block block = blocks[section];
      if (block == null) {
        return skipped[section] ? readSkipped(symbol, global) : null;
      }
      return readDefined(symbol, block, global);
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
    Symbol read;
    if (global) {
      String name = checkedDefinedName(symbol);
      Symbol other = other(name);
      if (other != null && !givesWay(other, symbol)) {
        return other;
      }
      read = readGlobal(symbol, name, other, block, offset, size);
    } else {
      read =
          graph.addLocalSymbol(block, offset, table.names(), table.nameOffset(symbol), size, false);
    }
    read.setCallable(facts.callable(symbol));
    read.setTargetFlags(facts.targetFlags(symbol));
    return read;
  }

  private Symbol readGlobal(
      int symbol, String name, @Nullable Symbol other, Block block, long offset, long size) {
    Linkage linkage = linkage(symbol);
    Scope scope = facts.scope(symbol);
    if (other == null) {
      return share(graph.addDefinedSymbol(block, offset, name, size, linkage, scope, false, false));
    }
    graph.makeDefined(other, block, offset, size, linkage, scope, false);
    return other;
  }

  /** {@return what stands for a name in the files before, or null} */
  private @Nullable Symbol other(String name) {
    return shared == null ? null : shared.find(name);
  }

  private Symbol share(Symbol symbol) {
    return shared == null ? symbol : shared.add(symbol);
  }

  /** {@return whether this file's definition takes the place of what the files before have} */
  private boolean givesWay(Symbol other, int symbol) {
    if (other.external()) {
      return true;
    }
    if (linkage(symbol) == Linkage.WEAK) {
      return false;
    }
    if (other.linkage() == Linkage.STRONG) {
      throw other.defined() && shared != null
          ? new DuplicateDefinitionException(
              sections.file().name(), other.name(), other.block().file())
          : new DuplicateDefinitionException(sections.file().name(), other.name());
    }
    return true;
  }

  private Linkage linkage(int symbol) {
    return facts.weak(symbol) ? Linkage.WEAK : Linkage.STRONG;
  }

  private Symbol readUndefined(int symbol, boolean global) {
    return global ? refer(symbol, checkedName(symbol)) : nowhere();
  }

  /** Another file's section was taken in the place of the symbol's. */
  private Symbol readSkipped(int symbol, boolean global) {
    return global ? refer(symbol, checkedDefinedName(symbol)) : nowhere();
  }

  private Symbol refer(int symbol, String name) {
    boolean weakly = table.binding(symbol) == Elf.STB_WEAK && !table.inSection(symbol);
    Symbol other = other(name);
    if (other != null) {
      if (!weakly) {
        other.setWeaklyReferenced(false);
      }
      return other;
    }
    Symbol read = share(graph.addExternalSymbol(name, 0, weakly));
    read.setCallable(facts.callable(symbol));
    read.setTargetFlags(facts.targetFlags(symbol));
    return read;
  }

  private Symbol readAbsolute(int symbol, boolean global) {
    String name = table.name(symbol);
    long value = table.value(symbol);
    if (!global) {
      return graph.addAbsoluteSymbol(
          name, value, facts.size(symbol), Linkage.STRONG, Scope.LOCAL, false);
    }
    Symbol other = other(name);
    if (other == null) {
      return share(
          graph.addAbsoluteSymbol(
              name, value, facts.size(symbol), linkage(symbol), facts.scope(symbol), false));
    }
    if (givesWay(other, symbol)) {
      graph.makeAbsolute(other, value);
      other.setSize(facts.size(symbol));
      other.setLinkage(linkage(symbol));
      other.setScope(facts.scope(symbol));
    }
    return other;
  }

  /** The largest extent counts; that in other objects is told by who knows them. */
  private Symbol readCommon(int symbol) {
    String name = checkedName(symbol);
    facts.checkMachineCode(name);
    Symbol other = other(name);
    if (other != null && !other.external()) {
      growCommon(other, symbol);
      return other;
    }
    Section section = graph.findSection(COMMON_SECTION);
    if (section == null) {
      section = graph.createSection(COMMON_SECTION, MemProt.READ_WRITE);
    }
    long size = facts.size(symbol);
    long alignment = facts.commonAlignment(symbol);
    Scope scope = facts.scope(symbol);
    if (other == null) {
      return share(graph.addCommonSymbol(name, scope, section, size, alignment, false));
    }
    Block block = graph.createZeroFillBlock(section, size, 0, alignment, 0);
    graph.makeDefined(other, block, 0, size, Linkage.WEAK, scope, false);
    return other;
  }

  private void growCommon(Symbol other, int symbol) {
    if (!other.defined() || other.section() != graph.findSection(COMMON_SECTION)) {
      return;
    }
    Block block = other.block();
    long size = Math.max(block.size(), facts.size(symbol));
    block.setZeroFillSize(size);
    other.setSize(size);
    block.setAlignment(Math.max(block.alignment(), facts.commonAlignment(symbol)), 0);
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
