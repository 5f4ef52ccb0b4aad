package uruk.jitlink.elf;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;

/**
 * Several ELF objects as one, as if {@code ld -r} had joined them: what they define for each other
 * is settled when the graph is read. Of section groups with one signature and of weak definitions
 * with one name the first counts, and a strong definition wins.
 */
final class MergedObject implements ObjectFile {
  private final String name;
  private final List<ElfObject> parts;
  private final AtomicReference<@Nullable GraphMerge> begun;

  /**
   * Makes an object of its parts.
   *
   * @param begun what has been read of the first graph that is asked for
   */
  MergedObject(String name, List<ElfObject> parts, GraphMerge begun) {
    this.name = name;
    this.parts = List.copyOf(parts);
    this.begun = new AtomicReference<>(begun);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    long size = 0;
    for (ElfObject part : parts) {
      size += part.size();
    }
    return size;
  }

  @Override
  public Target target() {
    return parts.getFirst().target();
  }

  @Override
  public List<ObjectFile> parts() {
    return List.copyOf(parts);
  }

  @Override
  public ObjectInterface symbols() {
    InterfaceMerge merge = new InterfaceMerge();
    parts.forEach(merge::add);
    return merge.merged();
  }

  @Override
  public LinkGraph linkGraph(Set<ReadOption> options) {
    GraphMerge ahead = begun.getAndUpdate(merge -> isReadSo(merge, options) ? null : merge);
    if (ahead != null && isReadSo(ahead, options)) {
      return ahead.graph();
    }
    GraphMerge merge = new GraphMerge(name, target(), options);
    parts.forEach(merge::add);
    return merge.graph();
  }

  private static boolean isReadSo(@Nullable GraphMerge merge, Set<ReadOption> options) {
    return merge != null && merge.options().equals(options);
  }

  @Override
  public String toString() {
    return name;
  }
}
