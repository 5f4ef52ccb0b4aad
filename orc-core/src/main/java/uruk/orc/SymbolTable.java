package uruk.orc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The symbols of one dylib: open addressing with linear probing. One thread at a time writes, under
 * the session lock; any number read without a lock.
 *
 * <p>Hashes lie in an array of their own, so that probing past other symbols touches none of them.
 * A writer stores the entry before its hash, so that a reader who sees the hash sees the entry. A
 * reader may see slots that are about to be replaced. That is the state of a moment ago: entries
 * that left since say so themselves ({@link SymbolEntry#isRemoved()}).
 */
final class SymbolTable {
  private static final VarHandle HASH = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(SymbolEntry[].class);
  private static final SymbolEntry REMOVED = SymbolEntry.tombstone();
  private static final int SMALLEST = 8;

  private volatile Slots slots = new Slots(SMALLEST);

  // Guarded by the session lock.
  private int live;
  private int used;

  /** A hash of 0 marks a free slot; an entry keeps its slot's hash when it is removed. */
  private static final class Slots {
    private final int[] hashes;
    private final @Nullable SymbolEntry[] entries;

    private Slots(int capacity) {
      hashes = new int[capacity];
      entries = new SymbolEntry[capacity];
    }

    int mask() {
      return hashes.length - 1;
    }

    void put(int slot, SymbolEntry entry) {
      ENTRY.setRelease(entries, slot, entry);
      HASH.setRelease(hashes, slot, entry.hash());
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
   * <p>Names that count up keep hashes that count up, and so share cache lines.
   */
  static int hash(String name) {
    int hash = name.hashCode();
    int mixed = hash ^ (hash >>> 16);
    return mixed == 0 ? 1 : mixed;
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
    for (int other = (int) HASH.getAcquire(hashes, slot);
        other != 0;
        other = (int) HASH.getAcquire(hashes, slot)) {
      if (other == hash) {
        SymbolEntry entry = (SymbolEntry) ENTRY.getAcquire(current.entries, slot);
        if (entry != REMOVED && entry.name().equals(name)) {
          return entry.isRemoved() ? null : entry;
        }
      }
      slot = (slot + 1) & mask;
    }
    return null;
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
    Slots current = slots;
    int mask = current.mask();
    int slot = entry.hash() & mask;
    for (int other = current.hashes[slot]; other != 0; other = current.hashes[slot]) {
      SymbolEntry there = other == entry.hash() ? current.entries[slot] : null;
      if (there != null && there != REMOVED && there.name().equals(entry.name())) {
        return there;
      }
      slot = (slot + 1) & mask;
    }
    current.put(slot, entry);
    live++;
    used++;
    return null;
  }

  /** Puts an entry in the place of one with the same name. Called under the session lock. */
  void replace(SymbolEntry old, SymbolEntry entry) {
    slots.put(slotOf(old), entry);
  }

  /** Removes an entry that is in the table. Called under the session lock. */
  void remove(SymbolEntry entry) {
    ENTRY.setRelease(slots.entries, slotOf(entry), REMOVED);
    live--;
    if (slots.entries.length > SMALLEST && live < slots.entries.length / 8) {
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
    return removals > SMALLEST && removals >= slots.entries.length / 8;
  }

  /** Makes room for so many more entries. Called under the session lock. */
  void reserve(int more) {
    if ((used + more) * 4L > slots.entries.length * 3L) {
      rehash(capacityFor(Math.max(live + more, live * 2)));
    }
  }

  /** {@return the number of entries} */
  int size() {
    return live;
  }

  /** {@return a stable copy of the slots; some are null or removed} */
  @Nullable SymbolEntry[] snapshot() {
    return slots.entries.clone();
  }

  private int slotOf(SymbolEntry entry) {
    Slots current = slots;
    int slot = entry.hash() & current.mask();
    while (current.entries[slot] != entry) {
      if (current.hashes[slot] == 0) {
        throw new AssertionError(entry.name() + " is not in its table");
      }
      slot = (slot + 1) & current.mask();
    }
    return slot;
  }

  private void rehash(int capacity) {
    Slots fresh = new Slots(capacity);
    for (SymbolEntry entry : slots.entries) {
      if (entry != null && !entry.isRemoved()) {
        int slot = entry.hash() & fresh.mask();
        while (fresh.hashes[slot] != 0) {
          slot = (slot + 1) & fresh.mask();
        }
        fresh.put(slot, entry);
      }
    }
    used = live;
    slots = fresh;
  }
}
