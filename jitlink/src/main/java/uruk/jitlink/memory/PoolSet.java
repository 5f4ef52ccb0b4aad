package uruk.jitlink.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.host.AddressReserve.Placement;
import uruk.jitlink.host.HostException;
import uruk.jitlink.host.Libc;

/** The pools of one part of the address space. The memory manager's lock guards all methods. */
final class PoolSet {
  private final String name;
  private final Placement placement;
  private final List<DensePool> densePools = new ArrayList<>();
  private final List<PagePool> pagePools = new ArrayList<>();

  /**
   * @param name begins the names of the modules
   */
  PoolSet(String name, Placement placement) {
    this.name = name;
    this.placement = placement;
  }

  /**
   * Takes memory for the segments of one object, all in one pool.
   *
   * @param frames how many functions the object publishes to unwinders
   * @param ownPages whether the object gets pages of its own, however small it is
   */
  List<PlacedSegment> take(List<Segment> segments, int frames, boolean ownPages) {
    return ownPages || wantsPages(segments)
        ? takePages(segments, frames)
        : takeDense(segments, frames);
  }

  /**
   * Takes memory for further segments of an object: in its pool, since another may be far away.
   *
   * @param present the object's segments
   */
  List<PlacedSegment> takeBeside(List<PlacedSegment> present, List<Segment> added) {
    for (PlacedSegment segment : present) {
      List<PlacedSegment> placed = take(segment.memory().pool(), added, 0);
      if (placed != null) {
        return placed;
      }
    }
    return take(added, 0, false);
  }

  private static boolean wantsPages(List<Segment> segments) {
    long size = 0;
    for (Segment segment : segments) {
      // Before they are added up: the sum may be more than an address space.
      if (segment.size() >= InProcessMemoryManager.LARGE_OBJECT
          || segment.alignment() > InProcessMemoryManager.LARGE_OBJECT) {
        return true;
      }
      size += segment.size();
    }
    return size >= InProcessMemoryManager.LARGE_OBJECT;
  }

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
    DensePool pool =
        DensePool.open(name + "-dense-" + densePools.size(), HostTarget.get(), placement);
    densePools.add(pool);
    return pool;
  }

  /**
   * The segments of an object must lie within reach of each other, so pools are no larger than
   * that. An object that is larger gets a pool for itself, however small its next user may be.
   */
  private List<PlacedSegment> takePages(List<Segment> segments, int frames) {
    long needed = 0;
    for (Segment segment : segments) {
      long alignment = Math.max(Libc.pageSize(), segment.alignment());
      needed = Math.addExact(needed, Math.addExact(segment.size(), 2 * alignment));
    }
    boolean shares = needed <= PagePool.SHARED_SIZE;
    if (!shares) {
      openSharedPools();
    }
    for (PagePool pool : pagePools) {
      if (shares ? pool.isShared() : pool.isEmpty()) {
        List<PlacedSegment> placed = take(pool, segments, frames);
        if (placed != null) {
          return placed;
        }
      }
    }
    PagePool fresh = PagePool.open(name + "-pages-" + pagePools.size(), needed, frames, placement);
    pagePools.add(fresh);
    return require(take(fresh, segments, frames), segments);
  }

  /** First come, first placed near the libraries: a huge pool would keep the others away. */
  private void openSharedPools() {
    if (densePools.isEmpty()) {
      openDense();
    }
    if (pagePools.stream().noneMatch(PagePool::isShared)) {
      pagePools.add(PagePool.open(name + "-pages-" + pagePools.size(), 0, 0, placement));
    }
  }

  /**
   * Variables go last: only they, by their zero-fill, can be so large that what follows them is out
   * of reach of the unwind table and of the frame descriptions.
   */
  private static @Nullable List<PlacedSegment> take(Pool pool, List<Segment> segments, int frames) {
    List<Segment> ordered = new ArrayList<>(segments);
    ordered.sort((a, b) -> Boolean.compare(a.memProt().writable(), b.memProt().writable()));
    List<PlacedSegment> placed = new ArrayList<>(segments.size());
    try {
      for (Segment segment : ordered) {
        int slots = segment.memProt().executable() ? frames : 0;
        long size = Math.max(1, segment.size());
        Span span = pool.allocate(segment.memProt(), size, segment.alignment(), slots);
        if (span == null) {
          break;
        }
        placed.add(
            new PlacedSegment(
                segment, new PlacedMemory(pool, segment.memProt(), span, segment.size())));
      }
    } catch (HostException refused) {
      free(placed);
      throw refused;
    }
    if (placed.size() < segments.size()) {
      free(placed);
      return null;
    }
    return placed;
  }

  private static void free(List<PlacedSegment> placed) {
    placed.forEach(taken -> taken.memory().free());
  }

  private static List<PlacedSegment> require(
      @Nullable List<PlacedSegment> placed, List<Segment> segments) {
    if (placed == null) {
      throw new AssertionError("a fresh pool cannot hold " + segments.size() + " segments");
    }
    return placed;
  }

  /** Makes an entry that leads to a target. */
  long createEntry(long initialTarget) {
    for (DensePool pool : densePools) {
      long entry = pool.entries().allocate(initialTarget);
      if (entry != 0) {
        return entry;
      }
    }
    return openDense().entries().allocate(initialTarget);
  }

  /** {@return the table of an entry; null if the address is no entry of these pools} */
  @Nullable EntryTable findTable(long address) {
    for (DensePool pool : densePools) {
      if (pool.entries().owns(address)) {
        return pool.entries();
      }
    }
    return null;
  }

  /** {@return whether memory of a protection at an address is in a dense pool} */
  boolean ownsDense(MemProt protection, long address) {
    return densePools.stream().anyMatch(pool -> pool.owns(protection, address));
  }

  /** {@return whether an address is in memory where linked code may be} */
  boolean ownsCode(long address) {
    return ownsDense(MemProt.READ_EXEC, address)
        || pagePools.stream().anyMatch(pool -> pool.owns(address));
  }

  /**
   * Replaces an aligned 8-byte word of running memory by one store.
   *
   * @return false if the address is in none of these pools
   */
  boolean patch(MemProt protection, long address, long word) {
    for (DensePool pool : densePools) {
      if (pool.patch(protection, address, word)) {
        return true;
      }
    }
    for (PagePool pool : pagePools) {
      if (pool.patch(protection, address, word)) {
        return true;
      }
    }
    return false;
  }
}
