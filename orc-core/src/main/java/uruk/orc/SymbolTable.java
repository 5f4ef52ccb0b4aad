package uruk.orc;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The symbols of one dylib. One thread at a time writes, under the session lock; any number read
 * without a lock.
 *
 * <p>A reader may see slots that are about to be replaced. That is the state of a moment ago:
 * entries that left since say so themselves ({@link SymbolEntry#isRemoved()}).
 *
 * <p>No search looks at more than {@value SymbolSlots#PROBES} slots: an entry that finds none free
 * among them goes to a map for the crowd, whose trees of names keep an object full of names made to
 * collide from costing the square of their number.
 */
final class SymbolTable {
  private static final int SMALLEST = 8;

  /** What all empty tables share; nothing is ever put there. */
  private static final SymbolSlots NOTHING = new SymbolSlots(1);

  private static final int GOLDEN_RATIO = 0x9e3779b1; // 2^32 / 1.618…, odd
  private static final int NEIGHBOUR_BITS = 2;
  private static final int NEIGHBOUR_MASK = (1 << NEIGHBOUR_BITS) - 1;
  private static final int SPREAD_MASK = -1 >>> NEIGHBOUR_BITS;

  private volatile SymbolSlots slots = NOTHING;

  private volatile boolean extensible;

  private final NameFilters filters;
  private volatile int place;

  // Guarded by the session lock.
  private int live;
  private int used;

  /** Keeps the compiler from leaving out {@link #load}. */
  @SuppressWarnings("UnusedVariable") // it is only written
  private int loaded;

  /** An empty table. Called under the session lock. */
  SymbolTable(NameFilters filters) {
    this.filters = filters;
    place = filters.take();
  }

  /** {@return a power of two that holds so many entries at a load of at most a half} */
  static int capacityFor(int entries) {
    return Integer.highestOneBit(Math.max(SMALLEST, 2 * entries) - 1) << 1;
  }

  /**
   * {@return the name's hash for tables}
   *
   * <p>Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4): what strings hash to
   * when they end in numbers lies in a few dense ranges, which would make long runs of used slots.
   * Up to four names that count up stay neighbours, and so share cache lines; their highest bits
   * differ too, since slots tell them apart by those.
   */
  static int hash(String name) {
    int hash = name.hashCode();
    int spread = ((hash >>> NEIGHBOUR_BITS) * GOLDEN_RATIO) & SPREAD_MASK;
    int neighbour = hash & NEIGHBOUR_MASK;
    int mixed = ((spread ^ (spread >>> 16)) << NEIGHBOUR_BITS) | neighbour;
    return mixed ^ (neighbour << (Integer.SIZE - NEIGHBOUR_BITS));
  }

  /** {@return whether generators may add what a search does not find; needs no lock} */
  boolean isExtensible() {
    return extensible;
  }

  /** Says whether generators may add what a search does not find. Called under the session lock. */
  void setExtensible(boolean whether) {
    extensible = whether;
    updateFilter();
  }

  /** {@return the place of this table's word among the session's filters; needs no lock} */
  int place() {
    return place;
  }

  /** The dylib has been removed: nothing will be added. Called under the session lock. */
  void close() {
    filters.giveBack(place);
    place = NameFilters.REMOVED;
  }

  /** {@return the entry of that name, or null; needs no lock} */
  @Nullable SymbolEntry find(String name) {
    return find(name, hash(name));
  }

  /** {@return the entry of that name with that {@linkplain #hash hash}, or null; needs no lock} */
  @Nullable SymbolEntry find(String name, int hash) {
    SymbolSlots current = slots;
    SymbolEntry entry = current.find(name, hash);
    return entry != null && entry.isRemoved() ? successor(entry, hash, current) : entry;
  }

  /** {@return what has taken the place of an entry that left since it was read, or null} */
  private @Nullable SymbolEntry successor(SymbolEntry gone, int hash, SymbolSlots seen) {
    SymbolEntry now = seen.find(gone.name(), hash);
    boolean isReplaced = slots != seen || (now != gone && now != null);
    return isReplaced ? find(gone.name(), hash) : null;
  }

  /** Adds an entry whose name is not in the table. Called under the session lock. */
  void add(SymbolEntry entry) {
    reserve(1);
    if (addIfAbsent(entry, hash(entry.name())) != null) {
      throw new AssertionError(entry + " is in its table already");
    }
  }

  /**
   * Adds an entry unless there is one with its name. There must be {@linkplain #reserve room}.
   * Called under the session lock.
   *
   * @param hash the name's {@linkplain #hash hash}
   * @return the entry that is there, or null
   */
  @Nullable SymbolEntry addIfAbsent(SymbolEntry entry, int hash) {
    SymbolEntry there = slots.addIfAbsent(entry, hash);
    if (there == null) {
      live++;
      used++;
      updateFilter();
    }
    return there;
  }

  /**
   * Adds entries to a table that has none, in the order of an index that {@linkplain
   * NameIndex#hasSlots has slots} for all of their names. Called under the session lock.
   */
  void fill(NameIndex index, SymbolEntry[] entries) {
    if (live != 0) {
      throw new AssertionError(live + " entries would be lost");
    }
    slots = new SymbolSlots(index, entries);
    live = entries.length;
    used = live;
    updateFilter();
  }

  /**
   * Reads the slot in which a search for a hash begins. Who does so for many names before they are
   * searched one by one lets the processor wait for many slots at once. Called under the session
   * lock.
   */
  void load(int hash) {
    loaded = slots.home(hash);
  }

  /**
   * {@return the entry that a search for a name with that hash would look at first, which is hardly
   * ever another than the one that it finds; null if it would look at none} The entry itself is not
   * touched.
   */
  @Nullable SymbolEntry likely(int hash) {
    return slots.likely(hash);
  }

  /** Puts an entry in the place of one with the same name. Called under the session lock. */
  void replace(SymbolEntry old, SymbolEntry entry) {
    slots.replace(old, entry);
  }

  /** Removes an entry that is in the table. Called under the session lock. */
  void remove(SymbolEntry entry) {
    slots.remove(entry);
    live--;
    if (capacity() > SMALLEST && live < capacity() / 8) {
      rehash(capacityFor(live * 2));
    }
  }

  /**
   * Removes the entries that have been {@linkplain SymbolEntry#retire retired}, all at once. Called
   * under the session lock.
   *
   * @param retired how many there are
   */
  void removeRetired(int retired) {
    live -= retired;
    rehash(capacityFor(live * 2));
  }

  /**
   * {@return whether so many removals cost less by {@link #removeRetired}, which looks at every
   * entry}
   */
  boolean removesAtOnce(int removals) {
    return removals > SMALLEST && removals >= capacity() / 8;
  }

  /** Makes room for so many more entries. Called under the session lock. */
  void reserve(int more) {
    if (used + more > slots.room()) {
      rehash(capacityFor(Math.max(live + more, live * 2)));
    }
  }

  /** {@return for how many entries there are slots} */
  int capacity() {
    return slots.capacity();
  }

  /** {@return how many slots a search for a name that is there looks at} */
  int probes(String name) {
    SymbolEntry entry = find(name);
    return entry == null ? SymbolSlots.PROBES : slots.probes(entry);
  }

  /** {@return the number of entries} */
  int size() {
    return live;
  }

  /** {@return the entries, in the order in which they came; needs no lock} */
  Stream<SymbolEntry> entries() {
    return slots.entries();
  }

  private void rehash(int capacity) {
    SymbolSlots fresh = new SymbolSlots(capacity);
    slots.entries().forEach(entry -> fresh.addIfAbsent(entry, hash(entry.name())));
    used = live;
    slots = fresh;
    updateFilter();
  }

  private void updateFilter() {
    if (place != NameFilters.REMOVED) {
      filters.set(place, extensible ? NameFilters.EVERY_NAME : slots.filter());
    }
  }
}
