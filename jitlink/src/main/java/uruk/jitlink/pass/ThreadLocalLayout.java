package uruk.jitlink.pass;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/**
 * Where the thread-local variables of a graph lie in their initial image: those with content, then
 * those that are zero, as in the {@code PT_TLS} segment of a program that consists of the graph
 * alone. Does not depend on addresses. Immutable once made, as long as the graph's blocks stay.
 */
public final class ThreadLocalLayout {
  private final Map<Block, Long> offsets = new LinkedHashMap<>();
  private long contentSize;
  private long size;
  private long alignment = 1;

  private ThreadLocalLayout() {}

  /** {@return the layout of a pruned graph} */
  public static ThreadLocalLayout of(LinkGraph graph) {
    ThreadLocalLayout layout = new ThreadLocalLayout();
    layout.place(graph, false);
    layout.contentSize = layout.size;
    layout.place(graph, true);
    return layout;
  }

  private void place(LinkGraph graph, boolean zeroFill) {
    for (Section section : graph.sections()) {
      if (section.threadLocal()) {
        for (Block block : section.blocks()) {
          if (block.zeroFill() == zeroFill) {
            place(block);
          }
        }
      }
    }
  }

  private void place(Block block) {
    long offset = block.align(size);
    offsets.put(block, offset);
    size = offset + block.size();
    alignment = Math.max(alignment, block.alignment());
  }

  /** {@return the blocks of thread-local variables in the order of their offsets in the image} */
  public Map<Block, Long> offsets() {
    return Collections.unmodifiableMap(offsets);
  }

  /** {@return the offset of a block's first byte in the image; null if it is not thread-local} */
  public @Nullable Long offset(Block block) {
    return offsets.get(block);
  }

  /** {@return the bytes of the image before those that are zero} */
  public long contentSize() {
    return contentSize;
  }

  /** {@return all bytes of the image} */
  public long size() {
    return size;
  }

  /** {@return what the image's address must be a multiple of} */
  public long alignment() {
    return alignment;
  }
}
