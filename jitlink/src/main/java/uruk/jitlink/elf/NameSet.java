package uruk.jitlink.elf;

import org.jspecify.annotations.Nullable;

/** Names, to find those that occur twice: open addressing, since objects may have very many. */
final class NameSet {
  private final @Nullable String[] slots;

  /** Makes an empty set for so many names at most. */
  NameSet(int capacity) {
    slots = new String[Math.max(8, Integer.highestOneBit(capacity) << 2)];
  }

  /** Adds a name; returns false if it was there. */
  boolean add(String name) {
    int mask = slots.length - 1;
    int hash = name.hashCode() * 0x9e3779b9; // names that end alike have neighbouring hashes
    for (int slot = (hash ^ hash >>> 15) & mask; ; slot = slot + 1 & mask) {
      String present = slots[slot];
      if (present == null) {
        slots[slot] = name;
        return true;
      }
      if (present.equals(name)) {
        return false;
      }
    }
  }
}
