package uruk.materialization.platform;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/** Finds the functions that one object wants run at the program's begin and end. */
final class InitializerPasses {
  private static final byte[] PROLOGUE = {
    0x48, (byte) 0x83, (byte) 0xec, 8, // subq $8, %rsp
  };
  private static final byte[] EPILOGUE = {
    0x48,
    (byte) 0x83,
    (byte) 0xc4,
    8, // addq $8, %rsp
    (byte) 0xc3, // retq
  };

  private final long object;
  private final List<InitializerFunction> functions = new ArrayList<>();
  private int blocks;

  /**
   * @param object the object's place in the order in which objects were added
   */
  InitializerPasses(long object) {
    this.object = object;
  }

  /** Pre-prune pass: nobody refers to these sections, yet they live; fragments become functions. */
  void keep(LinkGraph graph) {
    for (Section section : graph.sections()) {
      InitializerSection initializer = InitializerSection.of(section.name());
      if (initializer != null) {
        for (Block block : List.copyOf(section.blocks())) {
          if (initializer.kind().fragment() && block.size() > 0) {
            completeFunction(block);
          }
          graph.addAnonymousSymbol(block, 0, block.size(), false, true);
        }
      }
    }
  }

  /** Linkers place fragments between those of crti.o and crtn.o, which begin and end a function. */
  private static void completeFunction(Block block) {
    int size = Math.toIntExact(block.size());
    ByteBuffer function =
        ByteBuffer.allocate(PROLOGUE.length + size + EPILOGUE.length)
            .order(block.content().order())
            .put(PROLOGUE)
            .put(block.contentCopy())
            .put(EPILOGUE);
    block.setMutableContent(function, 0, function.capacity());
    if (block.hasEdges()) {
      Edges edges = block.edges();
      for (int i = 0; i < edges.size(); i++) {
        edges.setOffset(i, edges.offset(i) + PROLOGUE.length);
      }
    }
  }

  /** Post-fixup pass: reads the functions' addresses. */
  void collect(LinkGraph graph) {
    for (Section section : graph.sections()) {
      InitializerSection initializer = InitializerSection.of(section.name());
      if (initializer != null) {
        section.blocks().forEach(block -> collect(graph, initializer, block));
      }
    }
  }

  private void collect(LinkGraph graph, InitializerSection section, Block block) {
    if (block.zeroFill() || block.size() == 0) {
      return;
    }
    blocks++;
    if (section.kind().fragment()) {
      add(section, 0, block.address());
      return;
    }
    ByteBuffer pointers = block.contentSlice();
    int count = (int) block.size() / graph.pointerSize();
    for (int i = 0; i < count; i++) {
      long address = pointers.getLong(i * graph.pointerSize());
      // crtbegin.o's old lists begin with -1 and end with 0.
      if (address != 0 && address != -1) {
        add(section, section.kind().reversed() ? -i : i, address);
      }
    }
  }

  private void add(InitializerSection section, int index, long address) {
    functions.add(new InitializerFunction(section, object, blocks, index, address));
  }

  /** {@return what was found} */
  List<InitializerFunction> functions() {
    return functions;
  }
}
