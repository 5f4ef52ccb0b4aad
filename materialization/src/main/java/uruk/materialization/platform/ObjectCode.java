package uruk.materialization.platform;

import java.lang.ref.SoftReference;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.LinkedObject;

/**
 * Where the code of one linked object is. Functions and lines are read from the object file when
 * somebody asks for a place: nearly nobody ever does, and they are larger than the code.
 */
final class ObjectCode {
  private final LinkedObject object;
  private final PlacedBlocks blocks = new PlacedBlocks(section -> section.memProt().executable());
  private SoftReference<@Nullable CodeDetails> details = new SoftReference<>(null);

  ObjectCode(LinkedObject object) {
    this.object = object;
  }

  /** First pass: takes down the blocks in the order of the object file. */
  void remember(LinkGraph graph) {
    blocks.remember(graph);
  }

  /** Last pass: takes down where the blocks are in memory. */
  void place(LinkGraph graph) {
    blocks.place(graph);
  }

  /** {@return what is known of a place; null if it is not in this object} */
  @Nullable NativeFrame frame(long address, long meant) {
    if (object.segments().stream().noneMatch(segment -> segment.contains(meant))) {
      return null;
    }
    CodeDetails known = details();
    return known == null
        ? new NativeFrame(address, null, 0, object.name(), null, true)
        : known.frame(address, meant);
  }

  private synchronized @Nullable CodeDetails details() {
    CodeDetails known = details.get();
    ObjectFile file = object.file();
    if (known == null && file != null) {
      LinkGraph graph = graph(file);
      known = new CodeDetails(object.name(), graph, blocks.applyTo(graph));
      details = new SoftReference<>(known);
    }
    return known;
  }

  /** Reads the object file again, now with its debug sections. */
  private static LinkGraph graph(ObjectFile file) {
    try {
      return file.linkGraph(Set.of(ReadOption.NON_ALLOC_SECTIONS));
    } catch (LinkException malformed) {
      return file.linkGraph(); // This much was linked; debug information is as good as none.
    }
  }
}
