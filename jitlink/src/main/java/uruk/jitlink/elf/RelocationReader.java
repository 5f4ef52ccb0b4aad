package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;

/** Makes edges of relocations (gABI, "Relocation"), as the target's table says. */
final class RelocationReader {
  /** Beyond any target's relocation numbers; bounds the table of a hostile file. */
  private static final int TYPE_LIMIT = 4096;

  private static final int UNREAD = -1;
  private static final int IGNORED = -2;

  private final LinkGraph graph;
  private final Target target;
  private final SectionTable sections;
  private final @Nullable Block[] blocks;
  private final SymbolReader symbols;
  private final ByteBuffer bytes;
  private final ElfClass elfClass;
  private final ElfClass.RelocationLayout layout;

  // The target's table as columns by relocation number, filled as numbers occur.
  private int[] codes = {};
  private int[] widths = {};
  private int[] adjustments = {};

  RelocationReader(
      LinkGraph graph, SectionTable sections, @Nullable Block[] blocks, SymbolReader symbols) {
    this.graph = graph;
    this.target = graph.target();
    this.sections = sections;
    this.blocks = blocks;
    this.symbols = symbols;
    this.bytes = sections.file().bytes();
    this.elfClass = sections.file().elfClass();
    this.layout = elfClass.relocation;
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
    int entrySize = explicitAddends ? layout.relaSize() : layout.relSize();
    int count = sections.entries(section, entrySize);
    int at = sections.offset(section);
    Edges edges = block.edges();
    edges.ensureCapacity(edges.size() + count);
    long size = block.zeroFill() ? 0 : block.size();
    boolean inMemory = block.section().memLifetime() != MemLifetime.NO_ALLOC;
    for (int i = 0; i < count; i++, at += entrySize) {
      long offset = elfClass.word(bytes, at);
      int type = type(at);
      int code = code(type, section, inMemory);
      if (code == IGNORED) {
        continue;
      }
      int width = widths[type];
      if (offset < 0 || offset > size - width) {
        throw outside(section, i, offset, width, size);
      }
      Symbol symbol = symbol(section, i, at);
      if (symbol != null) {
        long addend = explicitAddends ? addend(at) : implicitAddend(block, (int) offset, code);
        edges.add(code, (int) offset, symbol, addend + adjustments[type]);
      } else if (inMemory) {
        throw malformed(section, i, "refers to a symbol in a section that is not linked");
      }
    }
  }

  private int type(int at) {
    return layout.symbolShift() == 32
        ? (int) bytes.getLong(at + layout.info())
        : bytes.get(at + layout.info() + (littleEndian() ? 0 : 3)) & 0xff;
  }

  private int symbolIndex(int at) {
    return layout.symbolShift() == 32
        ? (int) (bytes.getLong(at + layout.info()) >>> 32)
        : bytes.getInt(at + layout.info()) >>> 8;
  }

  private boolean littleEndian() {
    return bytes.order() == ByteOrder.LITTLE_ENDIAN;
  }

  private long addend(int at) {
    return elfClass.wordSize == 8
        ? bytes.getLong(at + layout.addend())
        : bytes.getInt(at + layout.addend());
  }

  private long implicitAddend(Block block, int offset, int code) {
    EdgeKind kind = target.edgeKinds().kind(code);
    return kind.field().load(block.content(), block.contentOffset() + offset);
  }

  private @Nullable Symbol symbol(int section, int relocation, int at) {
    int index = symbolIndex(at);
    if (index < 0 || index >= symbols.count()) {
      if (index == 0) {
        throw malformed(section, relocation, "needs a symbol table, and there is none");
      }
      throw malformed(
          section,
          relocation,
          "refers to symbol %d of %d".formatted(index & 0xffff_ffffL, symbols.count()));
    }
    return symbols.target(index);
  }

  /** {@return the code of the edge kind, or {@link #IGNORED}} */
  private int code(int type, int section, boolean inMemory) {
    int code = type >= 0 && type < codes.length ? codes[type] : UNREAD;
    return code == UNREAD ? readCode(type, section, inMemory) : code;
  }

  private int readCode(int type, int section, boolean inMemory) {
    Relocation relocation = target.elfRelocation(type);
    if (relocation == null || type < 0 || type >= TYPE_LIMIT) {
      throw new UnsupportedObjectException(
          graph.name(),
          "relocation type %d in %s".formatted(type & 0xffff_ffffL, sections.describe(section)),
          "It is not a relocation of " + target.name() + " that is known here.");
    }
    String refusal = relocation.refusal();
    if (refusal != null && inMemory) {
      throw new UnsupportedObjectException(
          graph.name(), relocation.name() + " in " + sections.describe(section), refusal);
    }
    growColumns(type);
    EdgeKind kind = relocation.edgeKind();
    if (kind == null) {
      // A refused one is ignored only outside of memory: debug information of thread-locals.
      if (refusal == null) {
        codes[type] = IGNORED;
      }
      return IGNORED;
    }
    codes[type] = kind.code();
    widths[type] = kind.field().size();
    adjustments[type] = relocation.addendRule().adjustment();
    return kind.code();
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
