package uruk.jitlink.elf;

import org.jspecify.annotations.Nullable;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Relocation;

/** Makes edges of relocations (gABI, "Relocation"), as the target's table says. */
final class RelocationReader {
  private final RelocationColumns columns;
  private final SectionTable sections;
  private final @Nullable Block[] blocks;
  private final SymbolReader symbols;

  RelocationReader(
      RelocationColumns columns,
      SectionTable sections,
      @Nullable Block[] blocks,
      SymbolReader symbols) {
    this.columns = columns;
    this.sections = sections;
    this.blocks = blocks;
    this.symbols = symbols;
  }

  /**
   * Gives the blocks their edges.
   *
   * @param later whether those of a block are read when somebody asks for them
   */
  void read(boolean later) {
    for (int i = 1; i < sections.count(); i++) {
      int type = sections.type(i);
      if (type == Elf.SHT_RELA || type == Elf.SHT_REL) {
        int relocations = i;
        int patched = sections.checkIndex(sections.info(i), () -> sections.describe(relocations));
        Block block = blocks[patched];
        if (block == null) {
          continue;
        }
        boolean explicitAddends = type == Elf.SHT_RELA;
        if (later) {
          block.readEdgesLater(asked -> readSection(relocations, asked, explicitAddends));
        } else {
          readSection(i, block, explicitAddends);
        }
      }
    }
  }

  private void readSection(int section, Block block, boolean explicitAddends) {
    RelocationTable table = new RelocationTable(sections, section, explicitAddends);
    columns.makeRoom(Math.min(RelocationTable.BATCH, table.count()));
    block.edges().ensureCapacity(block.edges().size() + table.count());
    for (int first = 0; first < table.count(); first += RelocationTable.BATCH) {
      int count = Math.min(RelocationTable.BATCH, table.count() - first);
      long[] words = table.read(first);
      learnTypes(section, block, words, count);
      readBatch(section, block, words, first, count, explicitAddends);
    }
  }

  /** Fills the columns with all types that occur, so that the loop below need not. */
  private void learnTypes(int section, Block block, long[] words, int count) {
    for (int word = RelocationTable.INFO;
        word < count * RelocationTable.WORDS;
        word += RelocationTable.WORDS) {
      int type = (int) words[word];
      if (!columns.isKnown(type)) {
        readType(type, section, inMemory(block));
      }
    }
  }

  /** The hottest loop of a link: it works on locals, and calls nothing but for what is rare. */
  private void readBatch(
      int section, Block block, long[] words, int first, int count, boolean explicitAddends) {
    long size = block.zeroFill() ? 0 : block.size();
    int[] codeOf = columns.codes;
    int[] widthOf = columns.widths;
    int[] adjustmentOf = columns.adjustments;
    int[] offsets = columns.edgeOffsets;
    byte[] kinds = columns.edgeKinds;
    int[] targets = columns.edgeTargets;
    long[] addends = columns.edgeAddends;
    int read = 0;
    for (int i = 0; i < count; i++) {
      int word = i * RelocationTable.WORDS;
      long offset = words[word + RelocationTable.OFFSET];
      long info = words[word + RelocationTable.INFO];
      int type = (int) info;
      int code = codeOf[type];
      if (code < 0) {
        continue;
      }
      if (offset < 0 || offset > size - widthOf[type]) {
        throw outside(section, first + i, offset, widthOf[type], size);
      }
      int target = targetOrdinal(section, block, first + i, (int) (info >>> 32));
      if (target == SymbolReader.NONE) {
        continue;
      }
      long addend =
          explicitAddends
              ? words[word + RelocationTable.ADDEND]
              : implicitAddend(block, (int) offset, code);
      offsets[read] = (int) offset;
      kinds[read] = (byte) code;
      targets[read] = target;
      addends[read] = addend + adjustmentOf[type];
      read++;
    }
    block.edges().addAll(read, offsets, kinds, targets, addends);
  }

  private static boolean inMemory(Block block) {
    return block.section().memLifetime() != MemLifetime.NO_ALLOC;
  }

  private long implicitAddend(Block block, int offset, int code) {
    EdgeKind kind = columns.target().edgeKinds().kind(code);
    return kind.field().load(block.content(), block.contentOffset() + offset);
  }

  /** {@return the target's ordinal, or {@link SymbolReader#NONE} if it need not be linked} */
  private int targetOrdinal(int section, Block block, int relocation, int index) {
    if (index < 0 || index >= symbols.count()) {
      if (index == 0) {
        throw malformed(section, relocation, "needs a symbol table, and there is none");
      }
      throw malformed(
          section,
          relocation,
          "refers to symbol %d of %d".formatted(index & 0xffff_ffffL, symbols.count()));
    }
    int ordinal = symbols.target(index);
    if (ordinal == SymbolReader.NONE && inMemory(block)) {
      throw malformed(section, relocation, "refers to a symbol in a section that is not linked");
    }
    return ordinal;
  }

  /** Fills the columns for one type. */
  private void readType(int type, int section, boolean inMemory) {
    Relocation relocation = columns.learn(type);
    if (relocation == null) {
      throw new UnsupportedObjectException(
          sections.file().name(),
          "relocation type %d in %s".formatted(type & 0xffff_ffffL, sections.describe(section)),
          "It is not a relocation of " + columns.target().name() + " that is known here.");
    }
    String refusal = relocation.refusal();
    if (refusal != null && inMemory) {
      throw new UnsupportedObjectException(
          sections.file().name(), relocation.name() + " in " + sections.describe(section), refusal);
    }
  }

  private MalformedObjectException outside(
      int section, int relocation, long offset, int width, long size) {
    return malformed(
        section,
        relocation,
        "offset 0x%x with %d bytes is outside of the section's 0x%x"
            .formatted(offset, width, size));
  }

  private MalformedObjectException malformed(int section, int relocation, String what) {
    return sections.malformed(section, "relocation " + relocation + ": " + what);
  }
}
