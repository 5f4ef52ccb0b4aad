package uruk.jitlink.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one link works on: sections of blocks, symbols, and edges between them. Readers of object
 * files build graphs; anybody else may build one by hand:
 *
 * {@snippet :
 * LinkGraph graph = new LinkGraph("answer", target);
 * Section text = graph.createSection(".text", MemProt.READ_EXEC);
 * Block code = graph.createContentBlock(text, machineCode, 0, 16, 0);
 * Symbol callee = graph.addExternalSymbol("callee", 0, false);
 * code.addEdge(X86_64EdgeKind.BRANCH_PC_REL32, 1, callee, 0);
 * graph.addDefinedSymbol(code, 0, "answer", code.size(), Linkage.STRONG, Scope.DEFAULT, true, true);
 * }
 *
 * <p>Not thread-safe: one link owns a graph at a time.
 */
public final class LinkGraph {
  private final String name;
  private final Target target;
  private final String triple;
  private final Map<String, Section> sections = new LinkedHashMap<>();
  private final Collection<Section> sectionView =
      Collections.unmodifiableCollection(sections.values());
  private final SlotList<Symbol> externals = new SlotList<>();
  private final SlotList<Symbol> absolutes = new SlotList<>();
  private final List<SectionGroup> groups = new ArrayList<>();
  private final Map<String, String> warnings = new LinkedHashMap<>();
  private Symbol[] symbols = new Symbol[16]; // all that were ever made, by ordinal
  private int symbolCount;
  private @Nullable Symbol globalOffsetTable;
  private String file;
  private boolean readsEdgesLater;

  /** Makes an empty graph whose triple is the target's name with nothing said of system. */
  public LinkGraph(String name, Target target) {
    this(name, target, target.name() + "--");
  }

  /**
   * Makes an empty graph.
   *
   * @param name shown in errors and dumps: the object's file name, or {@code archive(member)}
   * @param target the machine
   * @param triple the target triple, for show
   */
  public LinkGraph(String name, Target target, String triple) {
    this.name = name;
    this.target = target;
    this.triple = triple;
    this.file = name;
  }

  /** {@return the name shown in errors and dumps} */
  public String name() {
    return name;
  }

  /** {@return the machine} */
  public Target target() {
    return target;
  }

  /** {@return the target triple} */
  public String triple() {
    return triple;
  }

  /** {@return bytes of a pointer} */
  public int pointerSize() {
    return target.pointerSize();
  }

  /** {@return the byte order of block content} */
  public ByteOrder byteOrder() {
    return target.byteOrder();
  }

  // Sections

  /** {@return the sections in the order of their creation: a live view} */
  public Collection<Section> sections() {
    return sectionView;
  }

  /** {@return the section with a name, or null} */
  public @Nullable Section findSection(String sectionName) {
    return sections.get(sectionName);
  }

  /**
   * Adds an empty section, last in the order of layout.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public Section createSection(String sectionName, MemProt memProt) {
    Section section = new Section(this, sectionName, memProt, sections.size());
    if (sections.putIfAbsent(sectionName, section) != null) {
      throw new IllegalArgumentException(name + " has a section " + sectionName + " already");
    }
    return section;
  }

  /** Removes a section with its blocks and symbols. */
  public void removeSection(Section section) {
    checkOwn(section);
    section.symbolSlots().dropAll();
    section.blockSlots().dropAll();
    sections.remove(section.name());
  }

  /** Moves all blocks and symbols of one section to another and removes the emptied one. */
  public void mergeSections(Section destination, Section source) {
    checkOwn(destination);
    checkOwn(source);
    if (destination == source) {
      return;
    }
    List<Block> blocks = List.copyOf(source.blocks());
    List<Symbol> symbols = List.copyOf(source.symbols());
    source.symbolSlots().dropAll();
    source.blockSlots().dropAll();
    for (Block block : blocks) {
      block.moveTo(destination);
      destination.blockSlots().append(block);
    }
    destination.symbolSlots().appendAll(symbols);
    sections.remove(source.name());
  }

  // Blocks

  /**
   * Says which object file the blocks come from that are added from now on: for a graph of several.
   * At first it is the graph's name.
   */
  public void setFile(String file) {
    this.file = file;
  }

  /** {@return all blocks, by section: a snapshot} */
  public List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (Section section : sections.values()) {
      blocks.addAll(section.blocks());
    }
    return blocks;
  }

  /**
   * Adds a block with content that is not copied before it must be.
   *
   * @param content the bytes
   * @param address the address in the object file; orders blocks of a section
   * @param alignment a power of two
   * @param alignmentOffset the address modulo the alignment
   */
  public Block createContentBlock(
      Section section, byte[] content, long address, long alignment, long alignmentOffset) {
    return createContentBlock(
        section,
        ByteBuffer.wrap(content).order(byteOrder()),
        0,
        content.length,
        address,
        alignment,
        alignmentOffset);
  }

  /**
   * Adds a block whose content is a part of a buffer, which is not copied before it must be.
   *
   * @param buffer holds the bytes, in the graph's byte order
   * @param offset where in the buffer they begin
   * @param size how many there are
   */
  public Block createContentBlock(
      Section section,
      ByteBuffer buffer,
      int offset,
      long size,
      long address,
      long alignment,
      long alignmentOffset) {
    if (buffer.order() != byteOrder()) {
      throw new IllegalArgumentException("content in " + buffer.order() + " byte order");
    }
    Block block = newBlock(section, size, address, alignment, alignmentOffset);
    block.setContent(buffer, offset, size);
    return block;
  }

  /** Adds a block of content that the graph owns, all zero at first and meant to be written. */
  public Block createMutableContentBlock(
      Section section, int size, long address, long alignment, long alignmentOffset) {
    Block block = newBlock(section, size, address, alignment, alignmentOffset);
    block.setMutableContent(ByteBuffer.allocate(size).order(byteOrder()), 0, size);
    return block;
  }

  /** Adds a zero-fill block. */
  public Block createZeroFillBlock(
      Section section, long size, long address, long alignment, long alignmentOffset) {
    return newBlock(section, size, address, alignment, alignmentOffset);
  }

  /**
   * Removes a block.
   *
   * @throws IllegalArgumentException if the block is not in this graph
   */
  public void removeBlock(Block block) {
    checkOwn(block.section());
    block.section().blockSlots().drop(block);
  }

  /** Moves a block and its symbols to another section. */
  public void transferBlock(Block block, Section destination) {
    checkOwn(destination);
    Section source = block.section();
    List<Symbol> moved =
        source.symbols().stream().filter(symbol -> symbol.block() == block).toList();
    source.blockSlots().drop(block);
    moved.forEach(source.symbolSlots()::drop);
    block.moveTo(destination);
    destination.blockSlots().append(block);
    destination.symbolSlots().appendAll(moved);
  }

  /** Splits a block at offsets; see {@link #splitBlock(Block, int[], Collection)}. */
  public List<Block> splitBlock(Block block, int... offsets) {
    List<Symbol> symbols =
        block.section().symbols().stream().filter(symbol -> symbol.block() == block).toList();
    return splitBlock(block, offsets, symbols);
  }

  /**
   * Splits a block. The block itself keeps the bytes before the first offset; new blocks follow it.
   * Edges and symbols go where their offset is; a symbol is cut at the end of its new block.
   *
   * @param offsets ascending, inside the block
   * @param symbols the block's symbols, from {@link Section#symbolsByBlock()}, so that splitting
   *     many blocks of a section stays linear
   * @return all parts in order, the block itself first
   */
  public List<Block> splitBlock(Block block, int[] offsets, Collection<Symbol> symbols) {
    return BlockSplitter.split(this, block, offsets, symbols);
  }

  // Symbols

  /** {@return how many symbols this graph has made; their ordinals are below it} */
  public int symbolCount() {
    return symbolCount;
  }

  /** {@return the symbol with an {@linkplain Symbol#ordinal() ordinal}, removed or not} */
  public Symbol symbol(int ordinal) {
    return symbols[ordinal];
  }

  /** {@return whether this graph has made a symbol} */
  boolean owns(Symbol symbol) {
    return symbol.ordinal() < symbolCount && symbols[symbol.ordinal()] == symbol;
  }

  /** Makes room for symbols that are going to be added. */
  public void expectSymbols(int count) {
    if (symbolCount + count > symbols.length) {
      // By half at least: a graph of many files is told of each.
      int grown = symbols.length + (symbols.length >> 1);
      symbols = Arrays.copyOf(symbols, Math.max(symbolCount + count, grown));
    }
  }

  private Symbol numbered(Symbol symbol) {
    if (symbolCount == symbols.length) {
      symbols = Arrays.copyOf(symbols, 2 * symbolCount);
    }
    symbols[symbolCount++] = symbol;
    return symbol;
  }

  /** {@return all defined symbols, by section: a snapshot} */
  public List<Symbol> definedSymbols() {
    int count = 0;
    for (Section section : sections.values()) {
      count += section.symbolSlots().size();
    }
    List<Symbol> defined = new ArrayList<>(count);
    for (Section section : sections.values()) {
      defined.addAll(section.symbolSlots());
    }
    return defined;
  }

  /** Visits all defined symbols, by section. The graph must not change meanwhile. */
  public void forEachDefinedSymbol(Consumer<Symbol> visitor) {
    for (Section section : sections.values()) {
      section.symbolSlots().forEach(visitor);
    }
  }

  /** {@return the external symbols in the order of their creation: a live view} */
  public Collection<Symbol> externalSymbols() {
    return externals;
  }

  /** {@return the absolute symbols in the order of their creation: a live view} */
  public Collection<Symbol> absoluteSymbols() {
    return absolutes;
  }

  /** {@return the named defined symbol that is visible outside or local, first found; or null} */
  public @Nullable Symbol findDefinedSymbol(String symbolName) {
    for (Section section : sections.values()) {
      for (Symbol symbol : section.symbols()) {
        if (symbol.name().equals(symbolName)) {
          return symbol;
        }
      }
    }
    return null;
  }

  /** {@return the external symbol with a name, or null} */
  public @Nullable Symbol findExternalSymbol(String symbolName) {
    for (Symbol symbol : externals) {
      if (symbol.name().equals(symbolName)) {
        return symbol;
      }
    }
    return null;
  }

  /**
   * Adds a named symbol in a block.
   *
   * @param offset bytes from the beginning of the block, up to and including its end
   * @param size bytes it names; the rest of the block at most
   * @param callable whether it is a function
   * @param live whether dead-stripping must keep it
   */
  public Symbol addDefinedSymbol(
      Block block,
      long offset,
      String symbolName,
      long size,
      Linkage linkage,
      Scope scope,
      boolean callable,
      boolean live) {
    checkInside(block, offset, size, symbolName);
    Symbol symbol =
        numbered(new Symbol(symbolCount, symbolName, block, offset, size, linkage, scope));
    symbol.setCallable(callable);
    symbol.setLive(live);
    block.section().symbolSlots().append(symbol);
    return symbol;
  }

  /** Adds a local symbol whose name is decoded when it is asked for. */
  public Symbol addLocalSymbol(
      Block block, long offset, NameSource names, int nameKey, long size, boolean callable) {
    checkInside(block, offset, size, "local symbol");
    Symbol symbol = numbered(new Symbol(symbolCount, names, nameKey, block, offset, size));
    symbol.setCallable(callable);
    block.section().symbolSlots().append(symbol);
    return symbol;
  }

  /** Adds a symbol without name in a block. */
  public Symbol addAnonymousSymbol(
      Block block, long offset, long size, boolean callable, boolean live) {
    return addDefinedSymbol(block, offset, "", size, Linkage.STRONG, Scope.LOCAL, callable, live);
  }

  /** Adds a symbol that the link looks up elsewhere. */
  public Symbol addExternalSymbol(String symbolName, long size, boolean weaklyReferenced) {
    Symbol symbol =
        numbered(
            new Symbol(
                symbolCount,
                symbolName,
                new ExternalAddressable(),
                0,
                size,
                Linkage.STRONG,
                Scope.DEFAULT));
    symbol.setWeaklyReferenced(weaklyReferenced);
    externals.append(symbol);
    return symbol;
  }

  /** Adds a symbol with a fixed address. */
  public Symbol addAbsoluteSymbol(
      String symbolName, long address, long size, Linkage linkage, Scope scope, boolean live) {
    Symbol symbol =
        numbered(
            new Symbol(
                symbolCount,
                symbolName,
                new AbsoluteAddressable(address),
                0,
                size,
                linkage,
                scope));
    symbol.setLive(live);
    absolutes.append(symbol);
    return symbol;
  }

  /** Adds a weak symbol with a zero-fill block of its own, as C's tentative definitions want. */
  public Symbol addCommonSymbol(
      String symbolName, Scope scope, Section section, long size, long alignment, boolean live) {
    Block block = createZeroFillBlock(section, size, 0, alignment, 0);
    return addDefinedSymbol(block, 0, symbolName, size, Linkage.WEAK, scope, false, live);
  }

  /**
   * Makes a defined or absolute symbol external: edges to it now lead to what the link's look-up
   * finds under its name. Size, linkage and callability stay.
   */
  public void makeExternal(Symbol symbol) {
    if (symbol.external()) {
      return;
    }
    takeOut(symbol);
    symbol.place(new ExternalAddressable(), 0);
    symbol.setScope(Scope.DEFAULT);
    symbol.setLive(false);
    externals.append(symbol);
  }

  /** Makes a defined or external symbol absolute. */
  public void makeAbsolute(Symbol symbol, long address) {
    takeOut(symbol);
    symbol.place(new AbsoluteAddressable(address), 0);
    absolutes.append(symbol);
  }

  /** Makes a symbol a defined one, or moves its definition. */
  public void makeDefined(
      Symbol symbol,
      Block block,
      long offset,
      long size,
      Linkage linkage,
      Scope scope,
      boolean live) {
    checkInside(block, offset, size, symbol.name());
    takeOut(symbol);
    symbol.place(block, offset);
    symbol.setSize(size);
    symbol.setLinkage(linkage);
    symbol.setScope(scope);
    symbol.setLive(live);
    block.section().symbolSlots().append(symbol);
  }

  /** Moves a defined symbol to a place in another block. */
  public void transferSymbol(Symbol symbol, Block block, long offset, long size) {
    checkInside(block, offset, size, symbol.name());
    takeOut(symbol);
    symbol.place(block, offset);
    symbol.setSize(size);
    block.section().symbolSlots().append(symbol);
  }

  /** Removes a symbol; it keeps its place, so {@link Symbol#address()} stays right. */
  public void removeSymbol(Symbol symbol) {
    takeOut(symbol);
  }

  // Groups, and what formats say beside the model

  /** {@return the groups of blocks that are kept or discarded as one} */
  public List<SectionGroup> groups() {
    return Collections.unmodifiableList(groups);
  }

  /** Adds a group of blocks that are kept or discarded as one. */
  public void addGroup(SectionGroup group) {
    groups.add(group);
  }

  /**
   * Discards groups, because other objects' twins were taken: their visible symbols become
   * external, their blocks go. A reference to one of their local symbols becomes a reference to
   * address 0, which matters only if the referring block is not discarded with them.
   */
  public void discardGroups(Collection<SectionGroup> discarded) {
    GroupDiscarder.discard(this, discarded);
    Set<SectionGroup> gone = Collections.newSetFromMap(new IdentityHashMap<>());
    gone.addAll(discarded);
    groups.removeIf(gone::contains);
  }

  /**
   * {@return warnings that the object attaches to the use of symbols, by symbol name (ELF: {@code
   * .gnu.warning.NAME})}
   */
  public Map<String, String> warnings() {
    return Collections.unmodifiableMap(warnings);
  }

  /** Attaches a warning to the use of a symbol. */
  public void addWarning(String symbolName, String text) {
    warnings.put(symbolName, text);
  }

  /** {@return the symbol at the global offset table's origin; null if the graph has no table} */
  public @Nullable Symbol globalOffsetTable() {
    return globalOffsetTable;
  }

  /** Sets the symbol at the global offset table's origin. */
  public void setGlobalOffsetTable(Symbol symbol) {
    globalOffsetTable = symbol;
  }

  // Whole-graph operations

  /**
   * Dead-strips: removes the symbols and blocks that no live symbol reaches along edges, and the
   * external symbols that no kept block refers to. Kept symbols are live afterwards.
   */
  public void prune() {
    DeadStrip.prune(this);
  }

  /**
   * Dead-strips early, so that other passes need not look at what will go. The blocks of one
   * section stay, and what they need beside the code that they describe: frame descriptions, which
   * are tied to that code later. Which symbols are live is as before.
   *
   * @param descriptions null if the graph has no such section
   * @param described where in a block of that section references to described code are
   */
  public void pruneBut(@Nullable Section descriptions, Function<Block, BitSet> described) {
    DeadStrip.pruneBut(this, descriptions, described);
  }

  /** {@return whether blocks have been {@linkplain Block#readEdgesLater given edges for later}} */
  public boolean readsEdgesLater() {
    return readsEdgesLater;
  }

  void readEdgesLater() {
    readsEdgesLater = true;
  }

  /** {@return the graph as text, in the format of LLVM's dumps} */
  public String dump() {
    return new GraphDump(this).text();
  }

  /** {@return the name} */
  @Override
  public String toString() {
    return name;
  }

  SlotList<Symbol> externalSlots() {
    return externals;
  }

  private Block newBlock(
      Section section, long size, long address, long alignment, long alignmentOffset) {
    checkOwn(section);
    Block block = new Block(section, file, size, address, alignment, alignmentOffset);
    section.blockSlots().append(block);
    return block;
  }

  private void takeOut(Symbol symbol) {
    // No switch over types: the JDK makes a class of each at every start.
    if (symbol.addressable() instanceof Block block) {
      block.section().symbolSlots().drop(symbol);
    } else if (symbol.external()) {
      externals.drop(symbol);
    } else {
      absolutes.drop(symbol);
    }
  }

  private void checkOwn(Section section) {
    if (section.graph() != this) {
      throw new IllegalArgumentException(
          "section " + section.name() + " belongs to " + section.graph().name());
    }
  }

  private static void checkInside(Block block, long offset, long size, String symbolName) {
    if (offset < 0 || size < 0 || offset > block.size() || size > block.size() - offset) {
      throw new IllegalArgumentException(
          "symbol %s (offset 0x%x, size 0x%x) is not inside of %s"
              .formatted(symbolName, offset, size, block));
    }
  }
}
