package uruk.jitlink.elf;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.Target;

/** Makes edges of relocations (gABI, "Relocation"), as the target's table says. */
final class RelocationReader {
  // What is in the column of codes beside codes of edge kinds.
  private static final int IGNORED = -1;
  private static final int REFUSED = -2; // ignored outside of memory: debug information
  private static final int UNREAD = -3;

  private final Target target;
  private final SectionTable sections;
  private final @Nullable Block[] blocks;
  private final SymbolReader symbols;

  // The target's table as columns by relocation number, filled as numbers occur.
  private int[] codes = {};
  private int[] widths = {};
  private int[] adjustments = {};

  // The edges of one batch as columns.
  private int[] batchOffsets = {};
  private byte[] batchKinds = {};
  private int[] batchTargets = {};
  private long[] batchAddends = {};

  RelocationReader(
      Target target, SectionTable sections, @Nullable Block[] blocks, SymbolReader symbols) {
    this.target = target;
    this.sections = sections;
    this.blocks = blocks;
    this.symbols = symbols;
  }

  void read() {
    for (int i = 1; i < sections.count(); i++) {
      int type = sections.type(i);
      if (type == Elf.SHT_RELA || type == Elf.SHT_REL) {
        int relocations = i;
        int patched = sections.checkIndex(sections.info(i), () -> sections.describe(relocations));
        Block block = blocks[patched];
        if (block != null) {
          readSection(i, block, type == Elf.SHT_RELA);
        }
      }
    }
  }

  private void readSection(int section, Block block, boolean explicitAddends) {
    RelocationTable table = new RelocationTable(sections, section, explicitAddends);
    makeRoom(Math.min(RelocationTable.BATCH, table.count()));
    block.edges().ensureCapacity(block.edges().size() + table.count());
    for (int first = 0; first < table.count(); first += RelocationTable.BATCH) {
      int count = Math.min(RelocationTable.BATCH, table.count() - first);
      long[] words = table.read(first);
      learnTypes(section, block, words, count);
      readBatch(section, block, words, first, count, explicitAddends);
    }
  }

  private void makeRoom(int count) {
    if (count > batchOffsets.length) {
      batchOffsets = new int[count];
      batchKinds = new byte[count];
      batchTargets = new int[count];
      batchAddends = new long[count];
    }
  }

  /** Fills the columns with all types that occur, so that the loop below need not. */
  private void learnTypes(int section, Block block, long[] words, int count) {
    for (int word = RelocationTable.INFO;
        word < count * RelocationTable.WORDS;
        word += RelocationTable.WORDS) {
      int type = (int) words[word];
      if (type < 0 || type >= codes.length || codes[type] < IGNORED) {
        readType(type, section, inMemory(block));
      }
    }
  }

  /** The hottest loop of a link: it works on locals, and calls nothing but for what is rare. */
  private void readBatch(
      int section, Block block, long[] words, int first, int count, boolean explicitAddends) {
    long size = block.zeroFill() ? 0 : block.size();
    int[] codeOf = codes;
    int[] widthOf = widths;
    int[] adjustmentOf = adjustments;
    int[] offsets = batchOffsets;
    byte[] kinds = batchKinds;
    int[] targets = batchTargets;
    long[] addends = batchAddends;
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
    EdgeKind kind = target.edgeKinds().kind(code);
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
    Relocation relocation = target.elfRelocation(type);
    if (relocation == null || type < 0 || type >= Target.RELOCATION_NUMBERS) {
      throw new UnsupportedObjectException(
          sections.file().name(),
          "relocation type %d in %s".formatted(type & 0xffff_ffffL, sections.describe(section)),
          "It is not a relocation of " + target.name() + " that is known here.");
    }
    String refusal = relocation.refusal();
    if (refusal != null && inMemory) {
      throw new UnsupportedObjectException(
          sections.file().name(), relocation.name() + " in " + sections.describe(section), refusal);
    }
    growColumns(type);
    EdgeKind kind = relocation.edgeKind();
    if (refusal != null) {
      codes[type] = REFUSED;
    } else if (kind == null) {
      codes[type] = IGNORED;
    } else {
      codes[type] = kind.code();
      widths[type] = kind.field().size();
      adjustments[type] = relocation.addendRule().adjustment();
    }
  }

  private void growColumns(int type) {
    int old = codes.length;
    if (type >= old) {
      int length = Math.max(64, Integer.highestOneBit(type) << 1);
      codes = Arrays.copyOf(codes, length);
      Arrays.fill(codes, old, length, UNREAD);
      widths = Arrays.copyOf(widths, length);
      adjustments = Arrays.copyOf(adjustments, length);
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
