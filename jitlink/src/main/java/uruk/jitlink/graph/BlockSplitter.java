package uruk.jitlink.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Splits a block into several, in time linear in bytes of nothing: content is shared, not copied.
 */
final class BlockSplitter {
  private final Block whole;
  private final int[] offsets;
  private final List<Block> parts = new ArrayList<>();

  private BlockSplitter(Block whole, int[] offsets) {
    this.whole = whole;
    this.offsets = offsets;
  }

  static List<Block> split(
      LinkGraph graph, Block block, int[] offsets, Collection<Symbol> symbols) {
    checkAscending(block, offsets);
    BlockSplitter splitter = new BlockSplitter(block, offsets);
    splitter.createParts(graph);
    splitter.distributeSymbols(symbols);
    splitter.distributeEdges();
    return splitter.parts;
  }

  private static void checkAscending(Block block, int[] offsets) {
    long previous = 0;
    for (int offset : offsets) {
      if (offset <= previous || offset >= block.size()) {
        throw new IllegalArgumentException(
            "split offset 0x%x of %s: not ascending or not inside".formatted(offset, block));
      }
      previous = offset;
    }
  }

  private void createParts(LinkGraph graph) {
    long size = whole.size();
    parts.add(whole);
    for (int i = 0; i < offsets.length; i++) {
      parts.add(createPart(graph, offsets[i], (i + 1 < offsets.length ? offsets[i + 1] : size)));
    }
    if (offsets.length > 0) {
      cutWhole(offsets[0]);
    }
  }

  private Block createPart(LinkGraph graph, int begin, long end) {
    long alignment = whole.alignment();
    Block part =
        graph.createZeroFillBlock(
            whole.section(),
            end - begin,
            whole.address() + begin,
            alignment,
            whole.alignmentOffset() + begin & alignment - 1);
    part.comesFrom(whole);
    if (!whole.zeroFill()) {
      part.setContent(whole.content(), whole.contentOffset() + begin, end - begin);
    }
    return part;
  }

  private void cutWhole(long size) {
    if (whole.zeroFill()) {
      whole.setZeroFillSize(size);
    } else {
      whole.setContent(whole.content(), whole.contentOffset(), size);
    }
  }

  private void distributeSymbols(Collection<Symbol> symbols) {
    for (Symbol symbol : symbols) {
      int part = partAt(symbol.offset());
      Block block = parts.get(part);
      long offset = symbol.offset() - beginOf(part);
      symbol.place(block, offset);
      symbol.setSize(Math.min(symbol.size(), block.size() - offset));
    }
  }

  private void distributeEdges() {
    if (!whole.hasEdges()) {
      return;
    }
    Edges edges = whole.takeEdges();
    for (int i = 0; i < edges.size(); ) {
      int part = partAt(edges.offset(i));
      int end = endOfRun(edges, i, part);
      Edges own = parts.get(part).edges();
      // With room for one that connects the part with another.
      own.ensureCapacity(own.size() + end - i + 1);
      for (; i < end; i++) {
        own.add(edges.code(i), edges.offset(i) - beginOf(part), edges.target(i), edges.addend(i));
      }
    }
  }

  /** {@return the index of the first edge from one on that is not in a part} */
  private int endOfRun(Edges edges, int from, int part) {
    long begin = beginOf(part);
    long end = part < offsets.length ? offsets[part] : Long.MAX_VALUE;
    int index = from;
    while (index < edges.size() && edges.offset(index) >= begin && edges.offset(index) < end) {
      index++;
    }
    return index;
  }

  private int beginOf(int part) {
    return part == 0 ? 0 : offsets[part - 1];
  }

  private int partAt(long offset) {
    int low = 0;
    int high = offsets.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (offsets[middle] <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
