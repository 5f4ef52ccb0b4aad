package uruk.materialization.platform;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.SegmentRange;

/**
 * What a debugger is told of a linked object: an executable ELF file whose sections stand where the
 * object's code and data are, with its symbols, frame descriptions and debug sections, all
 * relocated.
 *
 * <p>What debug sections say of code that was not linked, such as an inline function that another
 * object has defined, becomes 0, and in lists of ranges, where 0 would be their end, 1: debuggers
 * know that from linkers and ignore it.
 */
final class DebugObject {
  private static final String FRAMES = ".eh_frame";
  private static final int LARGEST_SPREAD = 1024;
  private static final Set<String> RANGE_LISTS = Set.of(".debug_ranges", ".debug_loc");

  private final LinkGraph graph;
  private final Set<Block> dropped;

  private DebugObject(LinkGraph graph, Set<Block> dropped) {
    this.graph = graph;
    this.dropped = dropped;
  }

  /**
   * {@return the file's bytes}
   *
   * @param file what the object was linked from; it is read again
   * @param blocks where its blocks are in memory
   * @param frames where its frame descriptions are in memory
   * @throws LinkException if the debug sections cannot be read
   */
  static byte[] create(ObjectFile file, PlacedBlocks blocks, List<SegmentRange> frames) {
    LinkGraph graph = file.linkGraph(Set.of(ReadOption.NON_ALLOC_SECTIONS));
    return new DebugObject(graph, blocks.applyTo(graph)).bytes(frames);
  }

  private byte[] bytes(List<SegmentRange> frames) {
    ElfExecutable elf = new ElfExecutable(graph.target().elfMachine());
    for (Section section : graph.sections()) {
      if (section.memLifetime() == MemLifetime.NO_ALLOC) {
        if (section.name().startsWith(".debug_") && !isSpread(section)) {
          elf.addDebugSection(section.name(), relocated(section));
        }
      } else if (!section.name().equals(FRAMES)) {
        addSections(elf, section);
      }
    }
    frames.forEach(range -> elf.addFrames(FRAMES, range));
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.hasName() && elf.holds(symbol.block())) {
        elf.addSymbol(symbol);
      }
    }
    return elf.bytes();
  }

  /** Blocks of one section need not stand beside each other. */
  private void addSections(ElfExecutable elf, Section section) {
    for (Block block : section.blocks()) {
      if (!dropped.contains(block) && block.size() > 0) {
        elf.addSection(section.name(), section.memProt(), block);
      }
    }
  }

  /** {@return whether alignments nobody needs make a section out of all proportion} */
  private static boolean isSpread(Section section) {
    long bytes = 0;
    long end = 0;
    for (Block block : section.blocks()) {
      if (!block.zeroFill()) {
        bytes += block.size();
        end = Math.max(end, block.address() + block.size());
      }
    }
    return end > LARGEST_SPREAD * Math.max(bytes, LARGEST_SPREAD);
  }

  private ByteBuffer relocated(Section section) {
    long size = 0;
    for (Block block : section.blocks()) {
      if (!block.zeroFill()) {
        size = Math.max(size, block.address() + block.size());
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(graph.byteOrder());
    for (Block block : section.blocks()) {
      if (!block.zeroFill()) {
        int begin = (int) block.address();
        bytes.put(begin, block.content(), block.contentOffset(), (int) block.size());
        relocate(block, bytes, begin, RANGE_LISTS.contains(section.name()) ? 1 : 0);
      }
    }
    return bytes;
  }

  private void relocate(Block block, ByteBuffer bytes, int begin, long tombstone) {
    if (!block.hasEdges()) {
      return;
    }
    Edges edges = block.edges();
    for (int i = 0; i < edges.size(); i++) {
      Edge edge = edges.edge(i);
      EdgeKind kind = edge.kind();
      if (kind.formula() != Formula.NONE && kind.field().size() > 0) {
        kind.field().store(bytes, begin + edge.offset(), value(block, edge, tombstone));
      }
    }
  }

  private long value(Block block, Edge edge, long tombstone) {
    Symbol target = edge.target();
    if (target.defined() && dropped.contains(target.block())) {
      return tombstone;
    }
    return edge.kind()
        .formula()
        .evaluate(
            target.address(), block.address() + edge.offset(), edge.addend(), target.size(), 0);
  }
}
