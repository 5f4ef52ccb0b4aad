package uruk.jitlink.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;

/**
 * Connects the records of one object's {@code .eh_frame}, each a block by now: an FDE with its CIE,
 * which assemblers write as a plain number, and a function with its FDE. Descriptions of functions
 * that are not in the graph any more are dropped. All other pointers are relocated, so they are
 * edges already.
 */
final class EhFrameConnector {
  private final LinkGraph graph;
  private final List<Block> records;
  private final Map<Long, Symbol> cies = new HashMap<>();

  // The CIE of the last FDE: most objects have one for all.
  private long lastAddress;
  private @Nullable Symbol last;

  EhFrameConnector(LinkGraph graph, List<Block> records) {
    this.graph = graph;
    this.records = records;
  }

  void connect() {
    for (Block block : records) {
      EhFrameRecord record = EhFrameRecord.at(block, 0);
      checkEdges(block, record);
      if (record.terminator()) {
        graph.removeBlock(block);
      } else if (record.cie()) {
        cies.put(block.address(), whole(block));
      } else {
        connect(block, record);
      }
    }
  }

  private void connect(Block block, EhFrameRecord record) {
    Block function = targetAt(block, record.functionField());
    if (function == null) {
      graph.removeBlock(block);
      return;
    }
    long cieAddress = block.address() + record.idField() - record.id();
    block.addEdge(graph.target().negativeDelta32(), record.idField(), cie(block, cieAddress), 0);
    function.keepAlive(whole(block));
  }

  private Symbol cie(Block fde, long address) {
    Symbol cie = last;
    if (cie == null || lastAddress != address) {
      cie = cies.get(address);
      if (cie == null) {
        throw EhFrameRecord.noCie(fde, 0, address);
      }
      last = cie;
      lastAddress = address;
    }
    return cie;
  }

  private static void checkEdges(Block block, EhFrameRecord record) {
    if (block.hasEdges()) {
      Edges edges = block.edges();
      for (int i = 0; i < edges.size(); i++) {
        record.check(block, edges, i);
      }
    }
  }

  private Symbol whole(Block block) {
    return graph.addAnonymousSymbol(block, 0, block.size(), false, false);
  }

  private static @Nullable Block targetAt(Block block, int offset) {
    if (!block.hasEdges()) {
      return null;
    }
    Edges edges = block.edges();
    for (int i = 0; i < edges.size(); i++) {
      if (edges.offset(i) == offset) {
        return edges.target(i).addressable() instanceof Block target && target.inGraph()
            ? target
            : null;
      }
    }
    return null;
  }
}
