package uruk.jitlink.memory;

import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Divides a range of addresses, each piece together with its share of the unwind table.
 *
 * <p>Unwinders bisect one table of all functions of a module, so its entries must stay in address
 * order whatever comes and goes. Therefore every free span owns a run of consecutive table slots
 * that stand between its neighbours' runs: whoever takes a part of the span takes the first of its
 * slots, and spans that grow together join their runs. Slots without functions hold addresses of
 * their span. Regions without code hand out spans with no slots.
 *
 * <p>Best fit, with neighbours joined at once; sizes are multiples of the granule. Alignment leaves
 * gaps without slots, which fit nothing that has functions: when too many free spans of the right
 * size are such, one of the largest serves. Not thread-safe: the memory manager's lock guards it.
 */
final class SpanAllocator {
  /** So many free spans that lack slots or alignment are passed over at either end. */
  private static final int CANDIDATES = 64;

  /** Keeps the slots that have no function in the order of their addresses. */
  interface Tombstones {
    /** For regions without slots. */
    Tombstones NONE =
        new Tombstones() {
          @Override
          public void bury(int first, int count, long address) {}

          @Override
          public void raise(int first, int count, long least, long address) {}
        };

    /**
     * Makes {@code count} slots from {@code first} on tombstones with an address, which the slots
     * before do not exceed, nor it those behind.
     */
    void bury(int first, int count, long address);

    /**
     * If the first of a run of tombstones holds an address below {@code least}, gives all that hold
     * one below {@code address} that one.
     */
    void raise(int first, int count, long least, long address);
  }

  private final long granule;
  private final Tombstones tombstones;
  private final TreeMap<Long, Span> byAddress = new TreeMap<>();
  private final TreeSet<Span> bySize = new TreeSet<>(SpanAllocator::compareSizes);

  /**
   * @param granule a power of two; all spans are multiples of it, in address and size
   * @param tombstones what keeps the slots of the spans
   */
  SpanAllocator(long granule, Tombstones tombstones) {
    this.granule = granule;
    this.tombstones = tombstones;
  }

  /** {@return the size rounded up to what an allocation takes} */
  long rounded(long size) {
    return Math.max(granule, (size + granule - 1) & -granule);
  }

  /**
   * Takes a span.
   *
   * @param size in bytes, at least 1
   * @param alignment a power of two
   * @param slots how many entries of the unwind table come with it
   * @return null when no free span holds that much: add a fresh one
   */
  @Nullable Span allocate(long size, long alignment, int slots) {
    long wanted = rounded(size);
    NavigableSet<Span> largeEnough = bySize.tailSet(new Span(Long.MIN_VALUE, wanted, 0, 0), true);
    Span found = first(largeEnough, wanted, alignment, slots);
    if (found == null) {
      found = first(largeEnough.descendingSet(), wanted, alignment, slots);
    }
    return found == null ? null : take(found, aligned(found, alignment), wanted, slots);
  }

  private static @Nullable Span first(
      NavigableSet<Span> candidates, long wanted, long alignment, int slots) {
    int tried = 0;
    for (Span candidate : candidates) {
      if (aligned(candidate, alignment) + wanted <= candidate.end() && candidate.slots() >= slots) {
        return candidate;
      }
      if (++tried == CANDIDATES) {
        return null;
      }
    }
    return null;
  }

  private static long aligned(Span span, long alignment) {
    return (span.address() + alignment - 1) & -alignment;
  }

  private Span take(Span from, long start, long size, int slots) {
    remove(from);
    long before = start - from.address();
    if (before > 0) {
      insert(new Span(from.address(), before, from.firstSlot(), 0));
    }
    long end = start + size;
    long after = from.end() - end;
    if (after == 0) {
      tombstones.bury(from.firstSlot(), from.slots(), end);
      return new Span(start, size, from.firstSlot(), from.slots());
    }
    Span rest = new Span(end, after, from.firstSlot() + slots, from.slots() - slots);
    // Higher than needed, so that what is taken next moves the same slots but now and then.
    tombstones.raise(rest.firstSlot(), rest.slots(), end, end + after / 2);
    insert(rest);
    tombstones.bury(from.firstSlot(), slots, end);
    return new Span(start, size, from.firstSlot(), slots);
  }

  /**
   * Adds a fresh span above all others, whose slots are buried at its end already. It is joined
   * with what is free below only when its neighbour is given back: slots that fresh spans were not
   * in need of would pile up at the border.
   */
  void add(Span fresh) {
    insert(fresh);
  }

  /**
   * Adds a fresh span as {@link #add} does, and takes a part of it, whatever else is free.
   *
   * @param fresh large enough for the part, with at least as many slots
   */
  Span addAndTake(Span fresh, long size, long alignment, int slots) {
    insert(fresh);
    return take(fresh, aligned(fresh, alignment), rounded(size), slots);
  }

  /** Gives a span back. */
  void free(Span span) {
    tombstones.bury(span.firstSlot(), span.slots(), span.end());
    Span below = endingAt(span.address());
    Span above = byAddress.get(span.end());
    Span joined = span;
    if (above != null) {
      remove(above);
      joined = joined.join(above);
    }
    if (below != null) {
      remove(below);
      joined = below.join(joined);
    }
    insert(joined);
  }

  private @Nullable Span endingAt(long address) {
    Map.Entry<Long, Span> below = byAddress.lowerEntry(address);
    return below != null && below.getValue().end() == address ? below.getValue() : null;
  }

  /** Visits every free span of at least this size. */
  void forEachFree(long atLeast, Consumer<Span> visitor) {
    bySize.tailSet(new Span(Long.MIN_VALUE, atLeast, 0, 0), true).forEach(visitor);
  }

  /** By size, then by address. */
  private static int compareSizes(Span a, Span b) {
    int sizes = Long.compare(a.size(), b.size());
    return sizes != 0 ? sizes : Long.compare(a.address(), b.address());
  }

  private void insert(Span span) {
    byAddress.put(span.address(), span);
    bySize.add(span);
  }

  private void remove(Span span) {
    byAddress.remove(span.address());
    bySize.remove(span);
  }
}
