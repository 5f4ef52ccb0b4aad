package uruk.jitlink.elf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Target;

/**
 * Joins object files as they come; see {@link ObjectFile#merged}. What they define for each other
 * is settled when the graph is read, which may begin before all files are there. Not thread-safe.
 */
public final class ObjectMerge {
  private final String name;
  private final Set<ReadOption> options;
  private final @Nullable Executor reader;
  private final List<ElfObject> parts = new ArrayList<>();
  private @Nullable GraphMerge graph;

  /**
   * Begins without files.
   *
   * @param name the object's, for errors and dumps
   * @param options how the graph is read that will be asked for first
   * @param reader reads files ahead, sooner or later or never; null to read all when it is asked
   *     for
   */
  public ObjectMerge(String name, Set<ReadOption> options, @Nullable Executor reader) {
    this.name = name;
    this.options = options;
    this.reader = reader;
  }

  /**
   * Adds a file.
   *
   * @throws UnsupportedObjectException if it is for another machine than those before
   * @throws IllegalArgumentException if it is no file as {@link ObjectFile} reads them
   */
  public void add(ObjectFile file) {
    if (!(file instanceof ElfObject part)) {
      throw new IllegalArgumentException(file.name() + " is no object file of ELF");
    }
    GraphMerge merge = graph;
    if (merge == null) {
      merge = new GraphMerge(name, part.target(), options);
      graph = merge;
    } else {
      checkTarget(part, parts.getFirst());
    }
    parts.add(part);
    boolean manyWait = merge.add(part);
    if (manyWait && reader != null) {
      reader.execute(merge::read);
    }
  }

  private static void checkTarget(ElfObject part, ElfObject first) {
    Target target = first.target();
    if (!part.target().equals(target)) {
      throw new UnsupportedObjectException(
          part.name(),
          "an object for %s beside %s, which is for %s,"
              .formatted(part.target().name(), first.name(), target.name()),
          "Link objects of one machine.");
    }
  }

  /**
   * {@return the files as one object; a single file as it is}
   *
   * @throws IllegalArgumentException if there is none
   */
  public ObjectFile merged() {
    if (graph == null) {
      throw new IllegalArgumentException("no object file to be merged into " + name);
    }
    return parts.size() == 1 ? parts.getFirst() : new MergedObject(name, parts, graph);
  }
}
