package uruk.jitlink.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.host.AddressReserve.Placement;
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

  private static boolean wantsPages(List<Segment> segments) {
    long size = 0;
    for (Segment segment : segments) {
      size += segment.size();
      if (segment.alignment() > InProcessMemoryManager.LARGE_OBJECT) {
        return true;
      }
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
    PagePool fresh = PagePool.open(name + "-pages-" + pagePools.size(), needed, frames, placement);
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
