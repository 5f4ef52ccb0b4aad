package uruk.jitlink.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Target;
import uruk.jitlink.host.HostException;
import uruk.jitlink.host.Libc;
import uruk.jitlink.pass.FrameDescriptions;

/**
 * Gives graphs memory in this process, where their code can run.
 *
 * <p>Objects of less than 64 KiB are packed densely with others, larger ones get pages of their own
 * ({@code DensePool}, {@code PagePool}). Memory is never writable and executable at one address.
 * All of it lies in modules that the process's dynamic linker knows, beside the process's
 * libraries; the modules' unwind tables are kept up to date, so exceptions pass through linked code
 * without any registration.
 *
 * <p>The manager is shared by all sessions of a process ({@link #shared}): address space once
 * reserved stays reserved, memory in it comes and goes with the objects.
 *
 * <p>Thread-safe. One lock guards the pools and entry tables; it is never held while anything
 * outside of this package is called.
 */
public final class InProcessMemoryManager implements MemoryManager {
  /** Objects of this size in bytes and more get pages of their own. */
  public static final long LARGE_OBJECT = 64 << 10;

  /** What an entry takes in bytes: its code and its slot. */
  public static final int ENTRY_FOOTPRINT = 2 * EntryTable.ENTRY_SIZE;

  private final Object lock = new Object();
  private final List<DensePool> densePools = new ArrayList<>(); // guarded by lock
  private final List<PagePool> pagePools = new ArrayList<>(); // guarded by lock

  private static final class Shared {
    private static final InProcessMemoryManager INSTANCE = new InProcessMemoryManager();
  }

  private InProcessMemoryManager() {}

  /** {@return the process's memory manager} It takes no memory before it is asked for some. */
  public static InProcessMemoryManager shared() {
    return Shared.INSTANCE;
  }

  /**
   * {@return the machine that the process runs on}
   *
   * @throws MemoryAllocationException if linked code cannot run on it
   */
  public Target target() {
    return HostTarget.get();
  }

  /**
   * {@return a view of this manager that gives pages of their own to small objects, too: debuggers
   * cannot set breakpoints in pages that mappings share}
   */
  public MemoryManager ownPages() {
    return graph -> allocate(graph, true);
  }

  @Override
  public CompletableFuture<InFlightAllocation> allocate(LinkGraph graph) {
    return allocate(graph, false);
  }

  private CompletableFuture<InFlightAllocation> allocate(LinkGraph graph, boolean ownPages) {
    try {
      Target target = target();
      if (!graph.target().equals(target)) {
        throw new MemoryAllocationException(
            graph.name()
                + " is for "
                + graph.target().name()
                + ", this process is "
                + target.name()
                + ". Link it with the slab memory manager, without running it.");
      }
      return CompletableFuture.completedFuture(place(graph, ownPages));
    } catch (HostException refused) {
      return CompletableFuture.failedFuture(
          new MemoryAllocationException(
              graph.name() + ": no memory: " + refused.getMessage(), refused));
    } catch (MemoryAllocationException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private InFlightAllocation place(LinkGraph graph, boolean ownPages) {
    List<Segment> segments = Layout.of(graph).segments();
    int frames = FrameDescriptions.count(graph);
    List<PlacedSegment> placed;
    synchronized (lock) {
      placed =
          ownPages || wantsPages(segments)
              ? takePages(segments, frames)
              : takeDense(segments, frames);
    }
    for (PlacedSegment segment : placed) {
      segment.fill();
    }
    return new InProcessAllocation(this, graph, placed);
  }

  private static boolean wantsPages(List<Segment> segments) {
    long size = 0;
    for (Segment segment : segments) {
      size += segment.size();
      if (segment.alignment() > LARGE_OBJECT) {
        return true;
      }
    }
    return size >= LARGE_OBJECT;
  }

  // Called with the lock held.
  private List<PlacedSegment> takeDense(List<Segment> segments, int frames) {
    for (DensePool pool : densePools) {
      List<PlacedSegment> placed = take(pool, segments, frames);
      if (placed != null) {
        return placed;
      }
    }
    return require(take(openDense(), segments, frames), segments);
  }

  private DensePool openDense() {
    DensePool pool = DensePool.open("uruk-dense-" + densePools.size(), target());
    densePools.add(pool);
    return pool;
  }

  // Called with the lock held.
  private List<PlacedSegment> takePages(List<Segment> segments, int frames) {
    for (PagePool pool : pagePools) {
      List<PlacedSegment> placed = take(pool, segments, frames);
      if (placed != null) {
        return placed;
      }
    }
    long needed = 0;
    for (Segment segment : segments) {
      long alignment = Math.max(Libc.pageSize(), segment.alignment());
      needed = Math.addExact(needed, Math.addExact(segment.size(), 2 * alignment));
    }
    PagePool fresh = PagePool.open("uruk-pages-" + pagePools.size(), needed, frames);
    pagePools.add(fresh);
    return require(take(fresh, segments, frames), segments);
  }

  private static @Nullable List<PlacedSegment> take(Pool pool, List<Segment> segments, int frames) {
    List<PlacedSegment> placed = new ArrayList<>(segments.size());
    for (Segment segment : segments) {
      int slots = segment.memProt().executable() ? frames : 0;
      long size = Math.max(1, segment.size());
      Span span = pool.allocate(segment.memProt(), size, segment.alignment(), slots);
      if (span == null) {
        placed.forEach(taken -> taken.memory().free());
        return null;
      }
      placed.add(
          new PlacedSegment(
              segment, new PlacedMemory(pool, segment.memProt(), span, segment.size())));
    }
    return placed;
  }

  private static List<PlacedSegment> require(
      @Nullable List<PlacedSegment> placed, List<Segment> segments) {
    if (placed == null) {
      throw new AssertionError("a fresh pool cannot hold " + segments.size() + " segments");
    }
    return placed;
  }

  /** Gives memory back. */
  void free(List<PlacedMemory> memory) {
    synchronized (lock) {
      memory.forEach(PlacedMemory::free);
    }
  }

  /**
   * Makes an entry: an address that leads to a target and can be redirected.
   *
   * @param initialTarget where it leads first
   * @return the entry's address, to be given back with {@link #releaseEntry}
   */
  public long createEntry(long initialTarget) {
    synchronized (lock) {
      return createEntryLocked(initialTarget);
    }
  }

  /** Makes entries that lead nowhere yet; see {@link #createEntry}. */
  public long[] createEntries(int count) {
    long[] entries = new long[count];
    synchronized (lock) {
      for (int i = 0; i < count; i++) {
        entries[i] = createEntryLocked(0);
      }
    }
    return entries;
  }

  private long createEntryLocked(long initialTarget) {
    for (DensePool pool : densePools) {
      long entry = pool.entries().allocate(initialTarget);
      if (entry != 0) {
        return entry;
      }
    }
    return openDense().entries().allocate(initialTarget);
  }

  /** Gives an entry back. Nobody may call it any more: its address will serve another function. */
  public void releaseEntry(long entry) {
    releaseEntries(new long[] {entry});
  }

  /** Gives entries back; see {@link #releaseEntry}. */
  public void releaseEntries(long[] entries) {
    synchronized (lock) {
      for (long entry : entries) {
        tableOf(entry).release(entry);
      }
    }
  }

  /**
   * Makes entries lead elsewhere, for all calls that begin from now on: one aligned store for each,
   * in order.
   */
  public void redirectEntries(long[] entries, long[] newTargets) {
    synchronized (lock) {
      for (int i = 0; i < entries.length; i++) {
        tableOf(entries[i]).redirect(entries[i], newTargets[i]);
      }
    }
  }

  /**
   * {@return whether running memory of an address can be changed by {@link #patch}}
   *
   * @param protection of the memory
   */
  public boolean canPatch(MemProt protection, long address) {
    synchronized (lock) {
      return !protection.executable()
          || densePools.stream().anyMatch(pool -> pool.owns(protection, address));
    }
  }

  /**
   * Replaces an aligned 8-byte word of an object's running memory by one store. Code must then be
   * made visible with {@link uruk.jitlink.host.Libc#synchronizeCores}.
   *
   * @param protection of the memory
   * @param address a multiple of 8, in memory that is allocated
   * @param word what it becomes
   */
  public void patch(MemProt protection, long address, long word) {
    synchronized (lock) {
      boolean patched = false;
      for (int i = 0; !patched && i < densePools.size(); i++) {
        patched = densePools.get(i).patch(protection, address, word);
      }
      for (int i = 0; !patched && i < pagePools.size(); i++) {
        patched = pagePools.get(i).patch(protection, address, word);
      }
      if (!patched) {
        throw new IllegalArgumentException(
            "0x" + Long.toHexString(address) + " is not in an object's memory");
      }
    }
  }

  /** {@return whether an address is that of an entry} */
  public boolean isEntry(long address) {
    synchronized (lock) {
      return densePools.stream().anyMatch(pool -> pool.entries().owns(address));
    }
  }

  /** {@return whether an address is in memory where linked code may be} */
  public boolean ownsCode(long address) {
    synchronized (lock) {
      return densePools.stream().anyMatch(pool -> pool.owns(MemProt.READ_EXEC, address))
          || pagePools.stream().anyMatch(pool -> pool.owns(address));
    }
  }

  /** {@return where an entry leads now} */
  public long entryTarget(long entry) {
    synchronized (lock) {
      return tableOf(entry).target(entry);
    }
  }

  /** {@return where an address leads if it is an entry, otherwise the address itself} */
  public long targetIfEntry(long address) {
    synchronized (lock) {
      for (DensePool pool : densePools) {
        if (pool.entries().owns(address)) {
          return pool.entries().target(address);
        }
      }
      return address;
    }
  }

  // Called with the lock held.
  private EntryTable tableOf(long entry) {
    for (DensePool pool : densePools) {
      if (pool.entries().owns(entry)) {
        return pool.entries();
      }
    }
    throw new IllegalArgumentException("0x" + Long.toHexString(entry) + " is not an entry");
  }
}
