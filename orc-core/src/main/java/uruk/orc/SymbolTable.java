package uruk.orc;

import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The symbols of one dylib: open addressing with linear probing. One thread at a time writes, under
 * the session lock; any number read without a lock.
 *
 * <p>Hashes lie in an array of their own, so that probing past other symbols touches none of them.
 * A writer stores the entry before its hash, so that a reader who sees the hash sees the entry; by
 * fences, since a call of a VarHandle is slow before it is compiled. A reader may see slots that
 * are about to be replaced. That is the state of a moment ago: entries that left since say so
 * themselves ({@link SymbolEntry#isRemoved()}).
 *
 * <p>No search looks at more than {@value #PROBES} slots: an entry that finds none free among them
 * goes to a map for the crowd, whose trees of names keep an object full of names made to collide
 * from costing the square of their number.
 */
final class SymbolTable {
  /** How many slots a search looks at. */
  static final int PROBES = 128;

  private static final SymbolEntry REMOVED = SymbolEntry.tombstone();
  private static final int SMALLEST = 8;
  private static final int IN_CROWD = -1;
  private static final int PIECE_BITS = 15;
  private static final int PIECE = 1 << PIECE_BITS;
  private static final int PIECE_MASK = PIECE - 1;

  /** What all empty tables share; nothing is ever put there. */
  private static final Slots NOTHING = new Slots(1);

  private static final int GOLDEN_RATIO = 0x9e3779b1; // 2^32 / 1.618…, odd
  private static final int NEIGHBOUR_BITS = 2;
  private static final int NEIGHBOUR_MASK = (1 << NEIGHBOUR_BITS) - 1;
  private static final int SPREAD_MASK = -1 >>> NEIGHBOUR_BITS;

  private volatile Slots slots = NOTHING;

  /** Kept here so that a search which passes many dylibs touches little of each. */
  private volatile boolean extensible;

  // Guarded by the session lock.
  private int live;
  private int used;

  /**
   * A hash of 0 marks a free slot; an entry keeps its slot's hash when it is removed. Entries lie
   * in pieces: the G1 collector puts a large array among old objects, where each store of a new
   * object costs a fence.
   */
  private static final class Slots {
    private final int[] hashes;
    private final @Nullable SymbolEntry[][] pieces;

    /** Entries for which no slot near their own was free; written under the session lock. */
    private final Map<String, SymbolEntry> crowd = new ConcurrentHashMap<>();

    private Slots(int capacity) {
      hashes = new int[capacity];
      pieces = new SymbolEntry[Math.max(1, capacity >>> PIECE_BITS)][Math.min(capacity, PIECE)];
    }

    int mask() {
      return hashes.length - 1;
    }

    int capacity() {
      return hashes.length;
    }

    @Nullable SymbolEntry[] pieceOf(int slot) {
      return pieces[slot >>> PIECE_BITS];
    }

    /** {@return the entry in a slot, for the writer} */
    @Nullable SymbolEntry at(int slot) {
      return pieceOf(slot)[slot & PIECE_MASK];
    }

    /** {@return the entry in a slot whose hash has been read} */
    SymbolEntry published(int slot) {
      VarHandle.acquireFence();
      return Objects.requireNonNull(at(slot));
    }

    void setEntry(int slot, SymbolEntry entry) {
      VarHandle.releaseFence();
      pieceOf(slot)[slot & PIECE_MASK] = entry;
    }

    void put(int slot, SymbolEntry entry) {
      setEntry(slot, entry);
      VarHandle.releaseFence();
      hashes[slot] = entry.hash();
    }

    /** Adds an entry unless there is one with its name, which is returned. */
    @Nullable SymbolEntry addIfAbsent(SymbolEntry entry) {
      int mask = mask();
      for (int at = entry.hash(), end = at + PROBES; at != end; at++) {
        int other = hashes[at & mask];
        if (other == 0) {
          put(at & mask, entry);
          return null;
        }
        SymbolEntry there = other == entry.hash() ? at(at & mask) : null;
        if (there != null && there != REMOVED && there.name().equals(entry.name())) {
          return there;
        }
      }
      return crowd.putIfAbsent(entry.name(), entry);
    }
  }

  /** {@return a power of two that holds so many entries at a load of at most three quarters} */
  static int capacityFor(int entries) {
    int wanted = Math.max(SMALLEST, entries + entries / 3 + 1);
    return Integer.highestOneBit(wanted - 1) << 1;
  }

  /**
   * {@return the name's hash for tables, never 0}
   *
   * <p>Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4): what strings hash to
   * when they end in numbers lies in a few dense ranges, which would make long runs of used slots.
   * Up to four names that count up stay neighbours, and so share cache lines.
   */
  static int hash(String name) {
    int hash = name.hashCode();
    int spread = ((hash >>> NEIGHBOUR_BITS) * GOLDEN_RATIO) & SPREAD_MASK;
    int mixed = ((spread ^ (spread >>> 16)) << NEIGHBOUR_BITS) | (hash & NEIGHBOUR_MASK);
    return mixed == 0 ? 1 : mixed;
  }

  /** {@return whether generators may add what a search does not find; needs no lock} */
  boolean isExtensible() {
    return extensible;
  }

  /** Says whether generators may add what a search does not find. Called under the session lock. */
  void setExtensible(boolean whether) {
    extensible = whether;
  }

  /** {@return the entry of that name, or null; needs no lock} */
  @Nullable SymbolEntry find(String name) {
    return find(name, hash(name));
  }

  /** {@return the entry of that name with that {@linkplain #hash hash}, or null; needs no lock} */
  @Nullable SymbolEntry find(String name, int hash) {
    Slots current = slots;
    int[] hashes = current.hashes;
    int mask = hashes.length - 1;
    int slot = hash & mask;
    int probes = PROBES;
    for (int other = hashes[slot]; other != 0; other = hashes[slot]) {
      if (other == hash) {
        SymbolEntry entry = current.published(slot);
        if (entry != REMOVED && entry.name().equals(name)) {
          return entry.isRemoved() ? successor(entry, hash, current, slot) : entry;
        }
      }
      if (--probes == 0) {
        SymbolEntry entry = current.crowd.get(name);
        return entry != null && entry.isRemoved()
            ? successor(entry, hash, current, IN_CROWD)
            : entry;
      }
      slot = (slot + 1) & mask;
    }
    return null;
  }

  /** {@return what has taken the place of an entry that left since it was read, or null} */
  private @Nullable SymbolEntry successor(SymbolEntry gone, int hash, Slots seen, int slot) {
    SymbolEntry now = slot == IN_CROWD ? seen.crowd.get(gone.name()) : seen.published(slot);
    boolean isReplaced = slots != seen || (now != gone && now != null);
    return isReplaced ? find(gone.name(), hash) : null;
  }

  /** Adds an entry whose name is not in the table. Called under the session lock. */
  void add(SymbolEntry entry) {
    reserve(1);
    if (addIfAbsent(entry) != null) {
      throw new AssertionError(entry + " is in its table already");
    }
  }

  /**
   * Adds an entry unless there is one with its name. There must be {@linkplain #reserve room}.
   * Called under the session lock.
   *
   * @return the entry that is there, or null
   */
  @Nullable SymbolEntry addIfAbsent(SymbolEntry entry) {
    SymbolEntry there = slots.addIfAbsent(entry);
    if (there == null) {
      live++;
      used++;
    }
    return there;
  }

  /** Puts an entry in the place of one with the same name. Called under the session lock. */
  void replace(SymbolEntry old, SymbolEntry entry) {
    Slots current = slots;
    int slot = slotOf(old);
    if (slot == IN_CROWD) {
      current.crowd.put(entry.name(), entry);
    } else {
      current.put(slot, entry);
    }
  }

  /** Removes an entry that is in the table. Called under the session lock. */
  void remove(SymbolEntry entry) {
    Slots current = slots;
    int slot = slotOf(entry);
    if (slot == IN_CROWD) {
      current.crowd.remove(entry.name());
    } else {
      current.setEntry(slot, REMOVED);
    }
    live--;
    if (current.capacity() > SMALLEST && live < current.capacity() / 8) {
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
   * slot}
   */
  boolean removesAtOnce(int removals) {
    return removals > SMALLEST && removals >= slots.capacity() / 8;
  }

  /** Makes room for so many more entries. Called under the session lock. */
  void reserve(int more) {
    if ((used + more) * 4L > slots.capacity() * 3L) {
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
    int slot = entry == null ? IN_CROWD : slotOf(entry);
    return entry == null || slot == IN_CROWD ? PROBES : 1 + ((slot - entry.hash()) & slots.mask());
  }

  /** {@return the number of entries} */
  int size() {
    return live;
  }

  /** {@return the entries, in no order; needs no lock} */
  Stream<SymbolEntry> entries() {
    Slots current = slots;
    Stream<SymbolEntry> near =
        IntStream.range(0, current.capacity())
            .filter(slot -> current.hashes[slot] != 0)
            .mapToObj(current::published);
    return Stream.concat(near, current.crowd.values().stream()).filter(entry -> !entry.isRemoved());
  }

  /** {@return the slot of an entry that is in the table, or {@link #IN_CROWD}} */
  private int slotOf(SymbolEntry entry) {
    Slots current = slots;
    int mask = current.mask();
    for (int at = entry.hash(), end = at + PROBES; at != end; at++) {
      if (current.at(at & mask) == entry) {
        return at & mask;
      }
    }
    if (current.crowd.get(entry.name()) != entry) {
      throw new AssertionError(entry.name() + " is not in its table");
    }
    return IN_CROWD;
  }

  private void rehash(int capacity) {
    Slots fresh = new Slots(capacity);
    for (@Nullable SymbolEntry[] piece : slots.pieces) {
      for (SymbolEntry entry : piece) {
        if (entry != null && !entry.isRemoved()) {
          var _ = fresh.addIfAbsent(entry);
        }
      }
    }
    slots.crowd.values().stream().filter(entry -> !entry.isRemoved()).forEach(fresh::addIfAbsent);
    used = live;
    slots = fresh;
  }
}
