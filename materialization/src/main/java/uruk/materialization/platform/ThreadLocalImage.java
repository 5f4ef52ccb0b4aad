package uruk.materialization.platform;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.host.HostException;
import uruk.jitlink.host.ThreadLocalModule;
import uruk.jitlink.host.ThreadLocalModule.Access;
import uruk.jitlink.pass.ThreadLocalLayout;

/** The thread-local variables that one object defines: becomes a module of the process. */
final class ThreadLocalImage {
  private static final long STRICTEST_ALIGNMENT = 1 << 20;

  private final LinkGraph graph;
  private final ThreadLocalLayout layout;

  private ThreadLocalImage(LinkGraph graph, ThreadLocalLayout layout) {
    this.graph = graph;
    this.layout = layout;
  }

  /** {@return the image of a graph whose addresses are final; null if it has no such variables} */
  static @Nullable ThreadLocalImage of(LinkGraph graph) {
    ThreadLocalLayout layout = ThreadLocalLayout.of(graph);
    return layout.offsets().isEmpty() ? null : new ThreadLocalImage(graph, layout);
  }

  /** {@return the bytes that each thread's copy takes} */
  long size() {
    return layout.size();
  }

  /**
   * Loads the module and tells where its variables are.
   *
   * @param access the words that references to the variables may ask for
   * @param tryFixed whether a fixed distance is better if there is room
   */
  ThreadLocalModule load(Access access, boolean tryFixed) {
    ThreadLocalModule module = open(access, tryFixed);
    layout
        .offsets()
        .forEach((block, offset) ->
            ThreadLocalTemplates.shared()
                .add(module, block.address(), Math.max(1, block.size()), offset));
    return module;
  }

  private ThreadLocalModule open(Access access, boolean tryFixed) {
    if (tryFixed && access != Access.FIXED) {
      try {
        return open(Access.FIXED);
      } catch (HostException noRoom) {
        // The models that the object uses itself need none.
      }
    }
    try {
      return open(access);
    } catch (HostException refused) {
      throw new MemoryAllocationException(
          graph.name()
              + ": no room for "
              + layout.size()
              + " bytes of thread-local variables at a fixed distance from the thread pointer, as"
              + " code in the initial- and local-exec models wants them: "
              + refused.getMessage()
              + " Start the JVM with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536 in its"
              + " environment, or compile with -fPIC.",
          refused);
    }
  }

  private ThreadLocalModule open(Access access) {
    if (layout.alignment() > STRICTEST_ALIGNMENT) {
      throw new UnsupportedObjectException(
          graph.name(),
          "a thread-local variable that is aligned to %d bytes".formatted(layout.alignment()),
          "Each thread would take as much; %d is the most.".formatted(STRICTEST_ALIGNMENT));
    }
    long size = Math.max(1, layout.size());
    return ThreadLocalModule.open(graph.name(), content(), size, layout.alignment(), access);
  }

  /** Initial values may be addresses: they are computed before the linker's own fix-ups. */
  private byte[] content() {
    ByteBuffer content =
        ByteBuffer.allocate(Math.toIntExact(layout.contentSize())).order(graph.byteOrder());
    layout
        .offsets()
        .forEach((block, offset) -> {
          if (!block.zeroFill()) {
            content.put(offset.intValue(), block.contentCopy());
            if (block.hasEdges()) {
              fixUp(content, offset.intValue(), block);
            }
          }
        });
    return content.array();
  }

  private void fixUp(ByteBuffer content, int offset, Block block) {
    Edges edges = block.edges();
    for (int i = 0; i < edges.size(); i++) {
      if (edges.kind(i).formula() == Formula.NONE) {
        continue;
      }
      Symbol target = edges.target(i);
      if (target.external()) {
        throw new UnsupportedObjectException(
            graph.name(),
            "a thread-local variable whose initial value is the address of "
                + target.name()
                + ", which another object or the process defines,",
            "Threads that exist already would not get the value. Assign it at run time.");
      }
      long value =
          edges
              .kind(i)
              .formula()
              .evaluate(
                  target.address(),
                  block.address() + edges.offset(i),
                  edges.addend(i),
                  target.size(),
                  0);
      edges.kind(i).field().store(content, offset + edges.offset(i), value);
    }
  }
}
