package uruk.jitlink.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Target;
import uruk.jitlink.host.AddressReserve.Placement;
import uruk.jitlink.host.HostException;
import uruk.jitlink.pass.FrameDescriptions;

/**
 * Gives graphs memory in this process, where their code can run.
 *
 * <p>Objects of less than 64 KiB are packed densely with others, larger ones get pages of their own
 * ({@code DensePool}, {@code PagePool}). Memory is never writable and executable at one address.
 * All of it lies in modules that the process's dynamic linker knows, beside the process's
 * libraries; objects that keep addresses in 32 bits are placed below 2 GiB. The modules' unwind
 * tables are kept up to date, so exceptions pass through linked code without any registration.
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

  private static final int LARGEST_BUFFER = Integer.MAX_VALUE - 8;

  /** What an entry takes in bytes: its code and its slot. */
  public static final int ENTRY_FOOTPRINT = 2 * EntryTable.ENTRY_SIZE;

  private final Object lock = new Object();
  private final PoolSet near = new PoolSet("uruk", Placement.NEAR_LIBRARIES); // guarded by lock
  private final PoolSet low = new PoolSet("uruk-low", Placement.LOW); // guarded by lock
  private final List<PoolSet> everywhere = List.of(near, low);
  private final Map<Target, ShortPointers> shortPointers = new ConcurrentHashMap<>();

  /**
   * The edge kinds of a target that keep an address in less than a pointer.
   *
   * @param bits theirs of {@link Edges#mayContainAny}
   */
  private record ShortPointers(List<EdgeKind> kinds, long bits) {
    static ShortPointers of(Target target) {
      List<EdgeKind> kinds = new ArrayList<>();
      long bits = 0;
      for (EdgeKind kind : target.edgeKinds().kinds()) {
        int size = kind.field().size();
        if (kind.formula() == Formula.POINTER
            && size == Integer.BYTES
            && size < target.pointerSize()) {
          kinds.add(kind);
          bits |= Edges.bit(kind);
        }
      }
      return new ShortPointers(List.copyOf(kinds), bits);
    }

    boolean isIn(Edges edges) {
      if (edges.mayContainAny(bits)) {
        for (int i = 0, size = edges.size(); i < size; i++) {
          if (kinds.contains(edges.kind(i)) && !edges.target(i).absolute()) {
            return true;
          }
        }
      }
      return false;
    }
  }

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
      if (!HostTarget.runs(graph.target())) {
        throw new MemoryAllocationException(
            graph.name()
                + " is for "
                + graph.target().name()
                + ", this process is "
                + target().name()
                + ". Link it with the slab memory manager, without running it.");
      }
      return CompletableFuture.completedFuture(place(graph, ownPages));
    } catch (HostException refused) {
      return CompletableFuture.failedFuture(
          new MemoryAllocationException(
              graph.name() + ": no memory: " + refused.getMessage(), refused));
    } catch (ArithmeticException tooLarge) {
      return CompletableFuture.failedFuture(
          new MemoryAllocationException(
              graph.name() + ": it needs more memory than there are addresses", tooLarge));
    } catch (MemoryAllocationException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private InFlightAllocation place(LinkGraph graph, boolean ownPages) {
    PoolSet pools = needsLowAddresses(graph) ? low : near;
    Layout layout = Layout.of(graph);
    checkContents(graph, layout);
    int frames = FrameDescriptions.count(graph);
    List<PlacedSegment> placed;
    synchronized (lock) {
      placed = pools.take(layout.segments(), frames, ownPages);
    }
    placed.forEach(PlacedSegment::fill);
    return new InProcessAllocation(this, graph, pools, placed);
  }

  /** Contents are written through one buffer, and references between them have 32 bits. */
  private static void checkContents(LinkGraph graph, Layout layout) {
    for (Segment segment : layout.segments()) {
      if (segment.contentSize() > LARGEST_BUFFER) {
        throw new MemoryAllocationException(
            "%s: the contents of segment %s spread over 0x%x bytes, alignment 0x%x; at most 0x%x are possible. Lower the alignment of its sections."
                .formatted(
                    graph.name(),
                    segment.memProt(),
                    segment.contentSize(),
                    segment.alignment(),
                    LARGEST_BUFFER));
      }
    }
  }

  /** Places segments that a graph gets while it is linked within reach of those that it has. */
  List<PlacedSegment> placeBeside(PoolSet pools, List<PlacedSegment> present, Layout added) {
    List<PlacedSegment> placed;
    synchronized (lock) {
      placed = pools.takeBeside(present, added.segments());
    }
    placed.forEach(PlacedSegment::fill);
    return placed;
  }

  /**
   * {@return whether a graph keeps addresses of memory in fields that are shorter than a pointer,
   * as code compiled with {@code -fno-pic} does} Such a graph is placed below 2 GiB, and the
   * entries that it refers to must be there as well.
   */
  public boolean needsLowAddresses(LinkGraph graph) {
    ShortPointers kinds = shortPointers.computeIfAbsent(graph.target(), ShortPointers::of);
    for (Section section : graph.sections()) {
      if (section.memLifetime() != MemLifetime.NO_ALLOC) {
        for (Block block : section.blocks()) {
          if (block.hasEdges() && kinds.isIn(block.edges())) {
            return true;
          }
        }
      }
    }
    return false;
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
      return near.createEntry(initialTarget);
    }
  }

  /**
   * Makes entries that lead nowhere yet; see {@link #createEntry}.
   *
   * @param lowAddresses whether they must be below 2 GiB; see {@link #needsLowAddresses}
   */
  public long[] createEntries(int count, boolean lowAddresses) {
    long[] entries = new long[count];
    synchronized (lock) {
      PoolSet pools = lowAddresses ? low : near;
      for (int i = 0; i < count; i++) {
        entries[i] = pools.createEntry(0);
      }
    }
    return entries;
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
          || everywhere.stream().anyMatch(pools -> pools.ownsDense(protection, address));
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
      if (everywhere.stream().noneMatch(pools -> pools.patch(protection, address, word))) {
        throw new IllegalArgumentException(
            "0x" + Long.toHexString(address) + " is not in an object's memory");
      }
    }
  }

  /** {@return whether an address is that of an entry} */
  public boolean isEntry(long address) {
    synchronized (lock) {
      return findTable(address) != null;
    }
  }

  /** {@return whether an address is in memory where linked code may be} */
  public boolean ownsCode(long address) {
    synchronized (lock) {
      return everywhere.stream().anyMatch(pools -> pools.ownsCode(address));
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
      EntryTable table = findTable(address);
      return table == null ? address : table.target(address);
    }
  }

  // Called with the lock held.
  private @Nullable EntryTable findTable(long address) {
    EntryTable table = near.findTable(address);
    return table == null ? low.findTable(address) : table;
  }

  // Called with the lock held.
  private EntryTable tableOf(long entry) {
    EntryTable table = findTable(entry);
    if (table == null) {
      throw new IllegalArgumentException("0x" + Long.toHexString(entry) + " is not an entry");
    }
    return table;
  }
}
