package uruk.jitlink.elf;

import org.jspecify.annotations.Nullable;

/**
 * Names, to find those that occur twice: open addressing, since objects may have very many. Hashes
 * lie in an array of their own, so that probing past other names touches none of them; names that
 * count up have hashes that count up, and so share cache lines.
 */
final class NameSet {
  private final int[] hashes; // 0 marks a free slot
  private final @Nullable String[] names;

  /** Makes an empty set for so many names at most. */
  NameSet(int capacity) {
    int slots = Math.max(8, Integer.highestOneBit(capacity) << 2);
    hashes = new int[slots];
    names = new String[slots];
  }

  /** Adds a name; returns false if it was there. */
  boolean add(String name) {
    int mask = hashes.length - 1;
    int hash = hash(name);
    int slot = hash & mask;
    for (int other = hashes[slot]; other != 0; other = hashes[slot]) {
      if (other == hash && name.equals(names[slot])) {
        return false;
      }
      slot = slot + 1 & mask;
    }
    hashes[slot] = hash;
    names[slot] = name;
    return true;
  }

  private static int hash(String name) {
    int hash = name.hashCode();
    int mixed = hash ^ hash >>> 16;
    return mixed == 0 ? 1 : mixed;
  }
}
