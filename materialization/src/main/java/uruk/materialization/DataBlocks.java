package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Where the variables of one object are, block by block in the order of its file: a later link of
 * the same file, or of a new version, can so adopt them.
 */
final class DataBlocks {
  /** Writable sections without variables: tables of pointers, and templates for threads. */
  private static final Set<String> OTHERS =
      Set.of(
          ".init_array",
          ".fini_array",
          ".preinit_array",
          ".ctors",
          ".dtors",
          ".tdata",
          ".tbss",
          ".data.rel.ro");

  private final Map<Integer, Long> adopted;
  private List<Block> blocks = List.of();
  private long[] addresses = {};

  /**
   * @param adopted the addresses of blocks that are in memory already, by their place in the order
   */
  DataBlocks(Map<Integer, Long> adopted) {
    this.adopted = adopted;
  }

  /** {@return the blocks of a fresh graph that hold variables} */
  static List<Block> of(LinkGraph graph) {
    List<Block> blocks = new ArrayList<>();
    for (Section section : graph.sections()) {
      boolean writable =
          section.memProt() == MemProt.READ_WRITE && section.memLifetime() == MemLifetime.STANDARD;
      if (writable && !isOther(section.name())) {
        blocks.addAll(section.blocks());
      }
    }
    return blocks;
  }

  private static boolean isOther(String section) {
    for (String other : OTHERS) {
      if (named(section, other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean named(String section, String other) {
    return section.startsWith(other)
        && (section.length() == other.length() || section.charAt(other.length()) == '.');
  }

  /** First pass: takes down the blocks, and leads the symbols of adopted ones to their memory. */
  void adopt(LinkGraph graph) {
    blocks = of(graph);
    if (adopted.isEmpty()) {
      return;
    }
    Map<Block, Long> places = new HashMap<>();
    adopted.forEach((index, address) -> places.put(blocks.get(index), address));
    for (Symbol symbol : List.copyOf(graph.definedSymbols())) {
      Long address = places.get(symbol.block());
      if (address != null) {
        if (!symbol.hasName()) {
          symbol.setName(symbol.section().name()); // for the lists of users
        }
        graph.makeAbsolute(symbol, address + symbol.offset());
      }
    }
  }

  /** Last pass: takes down where the blocks are. */
  void place(LinkGraph graph) {
    addresses = new long[blocks.size()];
    for (int i = 0; i < addresses.length; i++) {
      Block block = blocks.get(i);
      addresses[i] = adopted.getOrDefault(i, isLive(block) ? block.address() : 0L);
    }
    blocks = List.of();
  }

  private static boolean isLive(Block block) {
    return block.section().blocks().contains(block);
  }

  /** {@return the addresses, in the order of {@link #of}; 0 where a block is not in memory} */
  long[] addresses() {
    return addresses;
  }
}
