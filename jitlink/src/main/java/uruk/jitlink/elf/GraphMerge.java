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
  // To wake a thread for each object would cost more than many of them take.
  private static final int FILES_WORTH_A_READER = 8;
  private static final long BYTES_WORTH_A_READER = 128 << 10;

  private final Set<ReadOption> options;
  private final LinkGraphBuilder builder; // guarded by itself
  private final Queue<ElfObject> waiting = new ArrayDeque<>(); // guarded by itself

  // Guarded by waiting.
  /** How large those are that wait. */
  private long bytes;

  /** Whether there has been an object before: a single one is not merged. */
  private boolean several;

  /** Whether somebody has been asked to read and has not come to the end. */
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
      bytes += part.size();
      boolean many = waiting.size() >= FILES_WORTH_A_READER || bytes >= BYTES_WORTH_A_READER;
      boolean ask = several && many && !asked;
      several = true;
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
      ElfObject part = waiting.poll();
      asked &= part != null;
      bytes -= part == null ? 0 : part.size();
      return part;
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
