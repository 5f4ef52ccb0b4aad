package uruk.jitlink.pass;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;

/**
 * Leaves out of one object's {@code .eh_frame} what describes functions that are not in the graph
 * any more, and keeps the rest in one block, which then needs no edges between its records: their
 * distances are numbers. For graphs that lose no more functions.
 */
final class EhFrameCompactor {
  private static final int DROPPED = -1;

  private final Block block;
  private final Edges edges;
  private final List<EhFrameRecord> records = new ArrayList<>();
  private final Map<Integer, Integer> cies = new HashMap<>(); // numbers of records, by beginning
  private final BitSet needed = new BitSet();

  private EhFrameCompactor(Block block) {
    this.block = block;
    this.edges = block.edges();
  }

  /** Compacts a block whose symbols, if it has any, are where it begins. */
  static void compact(LinkGraph graph, Block block) {
    EhFrameCompactor compactor = new EhFrameCompactor(block);
    compactor.findNeeded();
    if (compactor.needed.isEmpty()) {
      graph.removeBlock(block);
      return;
    }
    if (compactor.needed.cardinality() < compactor.records.size()) {
      compactor.rewrite();
    }
    graph.addAnonymousSymbol(block, 0, block.size(), false, true);
  }

  private void findNeeded() {
    edges.sortByOffset();
    int edge = 0;
    for (int begin = 0; begin < block.size(); begin = records.getLast().end()) {
      EhFrameRecord record = EhFrameRecord.at(block, begin);
      int number = records.size();
      records.add(record);
      if (record.cie()) {
        cies.put(begin, number);
      }
      boolean described = false;
      for (; edge < edges.size() && edges.offset(edge) < record.end(); edge++) {
        record.check(block, edges, edge);
        described |= edges.offset(edge) == record.functionField() && isThere(edge);
      }
      if (record.fde() && described) {
        needed.set(number);
        needed.set(cieOf(record));
      }
    }
  }

  private boolean isThere(int edge) {
    return edges.target(edge).addressable() instanceof Block function && function.inGraph();
  }

  private int cieOf(EhFrameRecord fde) {
    int begin = fde.idField() - fde.id();
    Integer cie = cies.get(begin);
    if (cie == null) {
      throw EhFrameRecord.noCie(block, fde.begin(), block.address() + begin);
    }
    return cie;
  }

  private void rewrite() {
    int[] begins = new int[records.size()];
    ByteBuffer content = ByteBuffer.allocate(place(begins)).order(block.content().order());
    for (int at = needed.nextSetBit(0); at >= 0; at = needed.nextSetBit(at + 1)) {
      EhFrameRecord record = records.get(at);
      int from = block.contentOffset() + record.begin();
      content.put(begins[at], block.content(), from, record.end() - record.begin());
      if (record.fde()) {
        int idField = begins[at] + record.idField() - record.begin();
        content.putInt(idField, idField - begins[cieOf(record)]);
      }
    }
    moveEdges(begins);
    block.setMutableContent(content, 0, content.capacity());
  }

  /** Finds out where each record will begin. Returns the size of all. */
  private int place(int[] begins) {
    int end = 0;
    for (int at = 0; at < begins.length; at++) {
      boolean stays = needed.get(at);
      begins[at] = stays ? end : DROPPED;
      end += stays ? records.get(at).end() - records.get(at).begin() : 0;
    }
    return end;
  }

  private void moveEdges(int[] begins) {
    BitSet dropped = new BitSet(edges.size());
    int at = 0;
    for (int edge = 0; edge < edges.size(); edge++) {
      while (edges.offset(edge) >= records.get(at).end()) {
        at++;
      }
      if (begins[at] == DROPPED) {
        dropped.set(edge);
      } else {
        edges.setOffset(edge, edges.offset(edge) - records.get(at).begin() + begins[at]);
      }
    }
    edges.removeAll(dropped);
  }
}
