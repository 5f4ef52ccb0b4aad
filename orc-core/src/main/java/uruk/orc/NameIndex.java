package uruk.orc;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the position of a name in an array of names. Its slots are those that a {@link SymbolSlots}
 * would have that got the names in this order, so that an empty table need not search for a place
 * for each. Keeps the names' hashes for tables that are not empty. Immutable.
 */
final class NameIndex {
  private static final int SCAN_LIMIT = 8;

  private final String[] names;
  private final int[] hashes;

  /** Empty for few names. A name is one position further on than in the array: none is at 0. */
  private final int[] slots;

  /** Positions of names for which no slot near their own was free: see {@link SymbolTable}. */
  private @Nullable Map<String, Integer> crowd;

  private final @Nullable String duplicate;
  private long filter;

  NameIndex(String[] names, int size) {
    this.names = names;
    this.hashes = new int[size];
    this.slots = size <= SCAN_LIMIT ? new int[0] : new int[SymbolTable.capacityFor(size)];
    this.duplicate = insertAll();
  }

  /** {@return a name that occurs twice, or null} */
  @Nullable String duplicate() {
    return duplicate;
  }

  /** {@return the position of the name, or -1} */
  int find(String name) {
    int hash = SymbolTable.hash(name);
    if (slots.length == 0) {
      return scan(name, hash, hashes.length);
    }
    int mask = slots.length - 1;
    for (int at = hash, end = at + SymbolSlots.PROBES; at != end; at++) {
      int slot = slots[at & mask];
      if (slot == SymbolSlots.FREE || isIn(slot, name, hash)) {
        return (slot & mask) - 1;
      }
    }
    return crowd == null ? -1 : crowd.getOrDefault(name, -1);
  }

  /** {@return whether all names have slots, which then are those of a table with these names} */
  boolean hasSlots() {
    return slots.length > 0 && crowd == null && duplicate == null;
  }

  /** {@return a copy of the slots} */
  int[] slots() {
    return slots.clone();
  }

  /** {@return the {@linkplain SymbolSlots#filter filter} of a table with these names} */
  long filter() {
    return filter;
  }

  /** {@return the {@linkplain SymbolTable#hash hash} of the name at a position} */
  int hashAt(int at) {
    return hashes[at];
  }

  private @Nullable String insertAll() {
    for (int at = 0; at < hashes.length; at++) {
      hashes[at] = SymbolTable.hash(names[at]);
      filter |= SymbolSlots.filterBit(hashes[at]);
    }
    String twice = null;
    for (int at = 0; at < hashes.length; at++) {
      boolean isNew = slots.length == 0 ? scan(names[at], hashes[at], at) < 0 : add(at);
      twice = isNew ? twice : names[at];
    }
    return twice;
  }

  private int scan(String name, int hash, int end) {
    for (int at = 0; at < end; at++) {
      if (isAt(at, name, hash)) {
        return at;
      }
    }
    return -1;
  }

  /** Adds the name at a position, unless it is there. Returns whether it was added. */
  private boolean add(int at) {
    int mask = slots.length - 1;
    int hash = hashes[at];
    for (int home = hash, end = home + SymbolSlots.PROBES; home != end; home++) {
      int slot = slots[home & mask];
      if (slot == SymbolSlots.FREE) {
        slots[home & mask] = SymbolSlots.slot(at + 1, hash, mask);
        return true;
      }
      if (isIn(slot, names[at], hash)) {
        return false;
      }
    }
    crowd = crowd == null ? new HashMap<>() : crowd;
    return crowd.putIfAbsent(names[at], at) == null;
  }

  private boolean isIn(int slot, String name, int hash) {
    int mask = slots.length - 1;
    return SymbolSlots.sameTag(slot, hash, mask) && isAt((slot & mask) - 1, name, hash);
  }

  private boolean isAt(int at, String name, int hash) {
    return hashes[at] == hash && names[at].equals(name);
  }
}
