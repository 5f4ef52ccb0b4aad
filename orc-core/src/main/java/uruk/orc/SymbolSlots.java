package uruk.orc;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a {@link SymbolTable} in the order in which they came, and a hash table of some
 * capacity over their positions: open addressing with linear probing. One thread at a time writes,
 * any number read.
 *
 * <p>A slot is one integer, so that many share a cache line. If there are 2^n slots, its low n bits
 * are a position and the others a tag, the same bits of the hash. The low bits of the hash say
 * where the search begins; so hardly any search touches an entry other than the one that it finds.
 * A slot of 0 is free.
 *
 * <p>A writer stores the entry before the slot, so that a reader who sees the slot sees the entry;
 * by fences, since a call of a VarHandle is slow before it is compiled.
 */
final class SymbolSlots {
  /** How many slots a search looks at. */
  static final int PROBES = 128;

  /** A slot without an entry. */
  static final int FREE = 0;

  private static final SymbolEntry REMOVED = SymbolEntry.tombstone();
  private static final int IN_CROWD = -1;
  private static final int FILTER_SHIFT = Integer.SIZE - 6; // a long has 2^6 bits
  private static final int PIECE_BITS = 15;

  /** How many entries a piece holds. */
  static final int PIECE = 1 << PIECE_BITS;

  private static final int PIECE_MASK = PIECE - 1;

  private final int[] slots;

  /** The entries at the first positions, at which most tables end; none is at {@link #FREE}. */
  private final @Nullable SymbolEntry[] first;

  /**
   * The entries at all positions. The G1 collector puts a large array among old objects, where each
   * store of a new object costs a fence; hence pieces, made as they are needed.
   */
  private final @Nullable SymbolEntry[] @Nullable [] pieces;

  /** The last position that has been used. */
  private int last = FREE;

  private long filter;

  /** Entries for which no slot near their own was free. */
  private final Map<String, SymbolEntry> crowd = new ConcurrentHashMap<>();

  private SymbolSlots(int[] slots) {
    this.slots = slots;
    first = new SymbolEntry[Math.min(room() + 1, PIECE)];
    pieces = new SymbolEntry[1 + (room() >>> PIECE_BITS)][];
    pieces[0] = first;
  }

  /** Slots for {@link #room} entries, free. */
  SymbolSlots(int capacity) {
    this(new int[capacity]);
  }

  /** Entries in the order of an index of their names, at its slots. */
  SymbolSlots(NameIndex index, SymbolEntry[] entries) {
    this(index.slots());
    filter = index.filter();
    last = entries.length;
    int copied = Math.min(entries.length, PIECE - 1); // no entry is at FREE
    System.arraycopy(entries, 0, first, 1, copied);
    for (int piece = 1; copied < entries.length; piece++) {
      int count = Math.min(entries.length - copied, PIECE);
      SymbolEntry[] added = new SymbolEntry[PIECE];
      System.arraycopy(entries, copied, added, 0, count);
      pieces[piece] = added;
      copied += count;
    }
  }

  /** {@return how many slots there are, a power of two} */
  int capacity() {
    return slots.length;
  }

  /** {@return how many entries can be added, those removed since included} */
  int room() {
    return slots.length / 2;
  }

  /**
   * {@return a word in which each entry, those removed since included, has set the {@linkplain
   * #filterBit bit} of its hash} What has not set it is not here.
   */
  long filter() {
    return filter;
  }

  /** {@return the bit of the filter that stands for a hash} */
  static long filterBit(int hash) {
    return 1L << (hash >>> FILTER_SHIFT);
  }

  private static int hashOf(SymbolEntry entry) {
    return SymbolTable.hash(entry.name());
  }

  private int mask() {
    return slots.length - 1;
  }

  /**
   * {@return whether bits of a hash and of a slot, or of another hash, agree above the position}
   */
  static boolean sameTag(int slot, int hash, int mask) {
    return ((slot ^ hash) & ~mask) == 0;
  }

  /** {@return a slot for an entry} */
  static int slot(int position, int hash, int mask) {
    return (hash & ~mask) | position;
  }

  /** {@return the entry at a position that has been read from a slot} */
  private SymbolEntry published(int position) {
    VarHandle.acquireFence();
    return at(position);
  }

  private SymbolEntry at(int position) {
    return Objects.requireNonNull(
        position < first.length ? first[position] : pieceOf(position)[position & PIECE_MASK]);
  }

  private void set(int position, SymbolEntry entry) {
    VarHandle.releaseFence();
    pieceOf(position)[position & PIECE_MASK] = entry;
  }

  private @Nullable SymbolEntry[] pieceOf(int position) {
    return Objects.requireNonNull(pieces[position >>> PIECE_BITS]);
  }

  /** {@return the entry of that name and hash, removed or not, or null} */
  @Nullable SymbolEntry find(String name, int hash) {
    int mask = mask();
    int at = hash & mask;
    int probes = PROBES;
    for (int slot = slots[at]; slot != FREE; slot = slots[at]) {
      if (sameTag(slot, hash, mask)) {
        SymbolEntry entry = published(slot & mask);
        if (entry != REMOVED && entry.isNamed(name)) {
          return entry;
        }
      }
      if (--probes == 0) {
        return crowd.get(name);
      }
      at = (at + 1) & mask;
    }
    return null;
  }

  /** {@return the slot in which a search for a hash begins} */
  int home(int hash) {
    return slots[hash & mask()];
  }

  /** {@return the first entry, removed or not, whose hash may be that one, or null} */
  @Nullable SymbolEntry likely(int hash) {
    int mask = mask();
    for (int at = hash, end = at + PROBES; at != end; at++) {
      int slot = slots[at & mask];
      if (slot == FREE || sameTag(slot, hash, mask)) {
        return slot == FREE ? null : published(slot & mask);
      }
    }
    return null;
  }

  /** Adds an entry unless there is one with its name, which is returned. */
  @Nullable SymbolEntry addIfAbsent(SymbolEntry entry, int hash) {
    filter |= filterBit(hash);
    int mask = mask();
    for (int at = hash, end = at + PROBES; at != end; at++) {
      int slot = slots[at & mask];
      if (slot == FREE) {
        append(entry, hash, at & mask);
        return null;
      }
      if (sameTag(slot, hash, mask)) {
        SymbolEntry there = at(slot & mask);
        if (there != REMOVED && there.isNamed(entry.name())) {
          return there;
        }
      }
    }
    return crowd.putIfAbsent(entry.name(), entry);
  }

  private void append(SymbolEntry entry, int hash, int at) {
    int position = ++last;
    if ((position & PIECE_MASK) == 0) {
      pieces[position >>> PIECE_BITS] = new SymbolEntry[PIECE];
    }
    set(position, entry);
    VarHandle.releaseFence();
    slots[at] = slot(position, hash, mask());
  }

  /** Puts an entry in the place of one with the same name. */
  void replace(SymbolEntry old, SymbolEntry entry) {
    int position = positionOf(old);
    if (position == IN_CROWD) {
      crowd.put(entry.name(), entry);
    } else {
      set(position, entry);
    }
  }

  /** Removes an entry. Its slot and its position stay used. */
  void remove(SymbolEntry entry) {
    int position = positionOf(entry);
    if (position == IN_CROWD) {
      crowd.remove(entry.name());
    } else {
      set(position, REMOVED);
    }
  }

  /** {@return where an entry that is here lies, or {@link #IN_CROWD}} */
  private int positionOf(SymbolEntry entry) {
    int slot = slotOf(entry);
    return slot == IN_CROWD ? IN_CROWD : slots[slot] & mask();
  }

  /** {@return the number of the slot of an entry that is here, or {@link #IN_CROWD}} */
  private int slotOf(SymbolEntry entry) {
    int mask = mask();
    for (int at = hashOf(entry), end = at + PROBES; at != end; at++) {
      int slot = slots[at & mask];
      if (slot != FREE && at(slot & mask) == entry) {
        return at & mask;
      }
    }
    if (crowd.get(entry.name()) != entry) {
      throw new AssertionError(entry.name() + " is not in its table");
    }
    return IN_CROWD;
  }

  /** {@return how many slots a search for the entry looks at} */
  int probes(SymbolEntry entry) {
    int slot = slotOf(entry);
    return slot == IN_CROWD ? PROBES : 1 + ((slot - hashOf(entry)) & mask());
  }

  /**
   * {@return the entries that have not been removed, in the order in which they came, those of the
   * crowd last} Any thread may ask.
   */
  Stream<SymbolEntry> entries() {
    Stream<SymbolEntry> inOrder =
        Arrays.stream(pieces).filter(Objects::nonNull).flatMap(Arrays::stream);
    return Stream.concat(inOrder, crowd.values().stream()).filter(SymbolSlots::isHere);
  }

  private static boolean isHere(@Nullable SymbolEntry entry) {
    VarHandle.acquireFence();
    return entry != null && !entry.isRemoved();
  }
}
