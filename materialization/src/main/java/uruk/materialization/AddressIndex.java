package uruk.materialization;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.SegmentRange;

/** Finds objects by the addresses of their memory. Thread-safe. */
final class AddressIndex {
  private final ConcurrentSkipListMap<Long, Segment> segments =
      new ConcurrentSkipListMap<>(Long::compareUnsigned);
  private final InProcessMemoryManager memory;

  private record Segment(SegmentRange range, LinkedObject object) {}

  AddressIndex(InProcessMemoryManager memory) {
    this.memory = memory;
  }

  void add(LinkedObject object) {
    object.segments().forEach(range -> segments.put(range.address(), new Segment(range, object)));
  }

  void remove(LinkedObject object) {
    object.segments().forEach(range -> segments.remove(range.address()));
  }

  /** Forgets a part of an object's memory. */
  void remove(SegmentRange range) {
    segments.remove(range.address());
  }

  /** {@return the object whose memory an address is in, or null} */
  @Nullable LinkedObject owner(long address) {
    Map.Entry<Long, Segment> floor = segments.floorEntry(address);
    return floor == null || !floor.getValue().range().contains(address)
        ? null
        : floor.getValue().object();
  }

  /** {@return what an address belongs to, or null; an entry belongs to what it leads to} */
  @Nullable SymbolPlace find(long address) {
    long place = memory.isEntry(address) ? memory.entryTarget(address) : address;
    LinkedObject object = owner(place);
    LinkResult result = object == null ? null : object.result();
    if (object == null || result == null) {
      return null;
    }
    int symbol = result.symbols().floor(place);
    return symbol < 0
        ? new SymbolPlace(
            object,
            null,
            place - result.allocation().segments().getFirst().address(),
            object.generation())
        : new SymbolPlace(
            object,
            result.symbols().name(symbol),
            place - result.symbols().code(symbol),
            object.generation());
  }
}
