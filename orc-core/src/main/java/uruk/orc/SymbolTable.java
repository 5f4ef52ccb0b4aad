package uruk.orc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The symbols of one dylib: open addressing with linear probing. One thread at a time writes, under
 * the session lock; any number read without a lock.
 *
 * <p>A reader may see a table that is about to be replaced. That is the state of a moment ago:
 * entries that left since say so themselves ({@link SymbolEntry#isRemoved()}).
 */
final class SymbolTable {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(SymbolEntry[].class);
  private static final SymbolEntry REMOVED = SymbolEntry.tombstone();
  private static final int SMALLEST = 8;

  private volatile @Nullable SymbolEntry[] slots = new SymbolEntry[SMALLEST];

  // Guarded by the session lock.
  private int live;
  private int used;

  /** {@return a power of two that holds so many entries at a load of at most three quarters} */
  static int capacityFor(int entries) {
    int wanted = Math.max(SMALLEST, entries + entries / 3 + 1);
    return Integer.highestOneBit(wanted - 1) << 1;
  }

  /** String hashes differ in their low bits only for names that end alike: mix them. */
  static int spread(int hash) {
    int mixed = hash * 0x9e3779b9;
    return mixed ^ mixed >>> 15;
  }

  /** {@return the entry of that name, or null; needs no lock} */
  @Nullable SymbolEntry find(String name) {
    return find(name, spread(name.hashCode()));
  }

  /** {@return the entry of that name with that {@linkplain #spread spread} hash, or null} */
  @Nullable SymbolEntry find(String name, int hash) {
    @Nullable SymbolEntry[] table = slots;
    int mask = table.length - 1;
    for (int slot = hash & mask; ; slot = slot + 1 & mask) {
      SymbolEntry entry = (SymbolEntry) SLOT.getAcquire(table, slot);
      if (entry == null) {
        return null;
      }
      if (entry.hash() == hash && entry != REMOVED && entry.name().equals(name)) {
        return entry.isRemoved() ? null : entry;
      }
    }
  }

  /** Adds an entry whose name is not in the table. Called under the session lock. */
  void add(SymbolEntry entry) {
    reserve(1);
    insert(slots, entry);
    live++;
    used++;
  }

  /** Puts an entry in the place of one with the same name. Called under the session lock. */
  void replace(SymbolEntry old, SymbolEntry entry) {
    SLOT.setRelease(slots, slotOf(old), entry);
  }

  /** Removes an entry that is in the table. Called under the session lock. */
  void remove(SymbolEntry entry) {
    SLOT.setRelease(slots, slotOf(entry), REMOVED);
    live--;
    if (slots.length > SMALLEST && live < slots.length / 8) {
      rehash(capacityFor(live * 2));
    }
  }

  /** Makes room for so many more entries. Called under the session lock. */
  void reserve(int more) {
    if ((used + more) * 4L > slots.length * 3L) {
      rehash(capacityFor(Math.max(live + more, live * 2)));
    }
  }

  /** {@return the number of entries} */
  int size() {
    return live;
  }

  /** {@return a stable copy of the slots; some are null or removed} */
  @Nullable SymbolEntry[] snapshot() {
    return slots.clone();
  }

  private int slotOf(SymbolEntry entry) {
    @Nullable SymbolEntry[] table = slots;
    int mask = table.length - 1;
    int slot = entry.hash() & mask;
    while (table[slot] != entry) {
      if (table[slot] == null) {
        throw new AssertionError(entry.name() + " is not in its table");
      }
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void rehash(int capacity) {
    @Nullable SymbolEntry[] old = slots;
    @Nullable SymbolEntry[] fresh = new SymbolEntry[capacity];
    for (SymbolEntry entry : old) {
      if (entry != null && entry != REMOVED) {
        insert(fresh, entry);
      }
    }
    used = live;
    slots = fresh;
  }

  private static void insert(@Nullable SymbolEntry[] table, SymbolEntry entry) {
    int mask = table.length - 1;
    int slot = entry.hash() & mask;
    while (table[slot] != null) {
      slot = slot + 1 & mask;
    }
    SLOT.setRelease(table, slot, entry);
  }
}
