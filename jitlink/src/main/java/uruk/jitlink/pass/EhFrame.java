package uruk.jitlink.pass;

import com.google.common.primitives.ImmutableIntArray;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Prepares {@code .eh_frame} (LSB Core, "Exception Frames"; DWARF 5, section 6.4) for a linker that
 * may drop functions: every record becomes a block of its own, all its pointers become edges, and
 * every function keeps its frame description alive. Of a graph that has lost its unneeded functions
 * already ({@link LinkGraph#pruneBut}), all records of an object stay one block. A terminating zero
 * word goes last.
 */
public final class EhFrame {
  /** The section's name in ELF. */
  public static final String SECTION = ".eh_frame";

  private static final int TERMINATOR_SIZE = 4;
  private static final long LAST_ADDRESS = -TERMINATOR_SIZE;

  private EhFrame() {}

  /**
   * The pre-prune pass. A pass that discards functions goes before it; their descriptions are then
   * dropped here.
   *
   * @throws uruk.jitlink.MalformedObjectException if the records contradict themselves
   */
  public static void prepare(LinkGraph graph) {
    Section section = graph.findSection(SECTION);
    if (section == null) {
      return;
    }
    Map<Block, List<Symbol>> symbols = section.symbolsByBlock();
    for (Block block : List.copyOf(section.blocks())) {
      if (block.size() > 0 && !block.zeroFill()) {
        prepare(graph, block, symbols.getOrDefault(block, List.of()));
      }
    }
    if (!section.isEmpty()) {
      addTerminator(graph, section);
    }
  }

  private static void prepare(LinkGraph graph, Block block, List<Symbol> symbols) {
    boolean isPruned = graph.readsEdgesLater();
    if (isPruned && symbols.stream().allMatch(symbol -> symbol.offset() == 0)) {
      EhFrameCompactor.compact(graph, block);
    } else {
      List<Block> records = graph.splitBlock(block, boundaries(block), symbols);
      new EhFrameConnector(graph, records).connect();
    }
  }

  /**
   * {@return the offsets of the fields that tell which functions the records of a block describe}
   * All other pointers are to what unwinding these functions needs, such as the personality
   * routine.
   *
   * @throws uruk.jitlink.MalformedObjectException if the records contradict themselves
   */
  public static BitSet functionFields(Block block) {
    BitSet fields = new BitSet((int) block.size());
    for (int begin = 0; begin < block.size() && !block.zeroFill(); ) {
      EhFrameRecord record = EhFrameRecord.at(block, begin);
      if (record.fde()) {
        fields.set(record.functionField());
      }
      begin = record.end();
    }
    return fields;
  }

  /** {@return where records other than the first begin} */
  private static int[] boundaries(Block block) {
    ImmutableIntArray.Builder boundaries = ImmutableIntArray.builder();
    EhFrameRecord record = EhFrameRecord.at(block, 0);
    while (record.end() < block.size()) {
      boundaries.add(record.end());
      record = EhFrameRecord.at(block, record.end());
    }
    return boundaries.build().toArray();
  }

  /** The unwinders of libgcc and libunwind walk records until a zero length. */
  private static void addTerminator(LinkGraph graph, Section section) {
    Block terminator =
        graph.createMutableContentBlock(section, TERMINATOR_SIZE, LAST_ADDRESS, 1, 0);
    graph.addAnonymousSymbol(terminator, 0, TERMINATOR_SIZE, false, true);
  }
}
