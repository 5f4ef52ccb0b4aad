package uruk.jitlink.elf;

import com.google.common.base.Throwables;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;

/**
 * A graph that objects are read into one after the other, in the order in which they were added, on
 * whichever thread comes first. Thread-safe.
 */
final class GraphMerge {
  /** To wake a thread for each object would cost more than many of them take. */
  private static final int WORTH_A_READER = 8;

  private final Set<ReadOption> options;
  private final LinkGraphBuilder builder; // guarded by itself
  private final Queue<ElfObject> waiting = new ArrayDeque<>(); // guarded by itself

  /** Whether somebody has been asked to read and has not come to the end. Guarded by waiting. */
  private boolean asked;

  /** Why an object could not be read; those behind it are not. Guarded by the builder. */
  private @Nullable Throwable failure;

  GraphMerge(String name, Target target, Set<ReadOption> options) {
    this.options = Set.copyOf(options);
    builder = new LinkGraphBuilder(new LinkGraph(name, target), options, new SharedNames());
  }

  /** {@return how the objects are read} */
  Set<ReadOption> options() {
    return options;
  }

  /**
   * Adds an object to be read.
   *
   * @return whether it is worth while to have another thread call {@link #read} now
   */
  boolean add(ElfObject part) {
    synchronized (waiting) {
      waiting.add(part);
      boolean ask = !asked && waiting.size() >= WORTH_A_READER;
      asked |= ask;
      return ask;
    }
  }

  /** Reads the objects that have been added; a failure is told by {@link #graph}. */
  void read() {
    synchronized (builder) {
      for (ElfObject part = next(); part != null && failure == null; part = next()) {
        try {
          part.addTo(builder);
        } catch (RuntimeException | Error unreadable) {
          failure = unreadable;
        }
      }
    }
  }

  private @Nullable ElfObject next() {
    synchronized (waiting) {
      asked &= !waiting.isEmpty();
      return waiting.poll();
    }
  }

  /**
   * {@return the graph of all objects; no more may be added}
   *
   * @throws uruk.jitlink.LinkException if one cannot be read
   */
  LinkGraph graph() {
    synchronized (builder) {
      read();
      if (failure != null) {
        Throwables.throwIfUnchecked(failure);
      }
      return builder.graph();
    }
  }
}
