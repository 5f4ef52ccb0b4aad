package uruk.jitlink.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The names of one symbol index or several, hashed where they lie: the index of a large library has
 * a hundred thousand names and few are ever asked for, so no string is made of them. Of a name that
 * several indexes have, the first counts. Immutable.
 */
final class NameTable {
  /** No index has the name. */
  static final int NONE = -1;

  /** Not known outside the process, so that nobody can prepare an archive of colliding names. */
  private static final long HASH_MULTIPLIER = new SplittableRandom().nextLong() | 1;

  private static final long HASH_BITS = 0xffff_ffff_0000_0000L;
  private static final long FREE = -1;

  private final StoredSymbolIndex[] indexes;

  /** The number of each index's first name, of all that are in the table. */
  private final int[] firsts;

  /** Open addressing, at most half full: a hash in the upper half, a name's number in the lower. */
  private final long[] slots;

  NameTable(List<StoredSymbolIndex> indexes) {
    this.indexes = indexes.toArray(StoredSymbolIndex[]::new);
    this.firsts = new int[this.indexes.length];
    int count = 0;
    for (int i = 0; i < firsts.length; i++) {
      firsts[i] = count;
      count = Math.addExact(count, this.indexes[i].size());
    }
    this.slots = new long[Math.max(2, Integer.highestOneBit(Math.max(1, count)) * 4)];
    Arrays.fill(slots, FREE);
    for (int i = 0; i < firsts.length; i++) {
      insertAll(this.indexes[i], firsts[i]);
    }
  }

  private void insertAll(StoredSymbolIndex index, int first) {
    for (int name = 0; name < index.size(); name++) {
      if (index.memberOffset(name) != SymbolIndex.NONE) {
        int hash = hash(index.image(), index.start(name), index.end(name));
        int slot = slotOf(hash, index.image(), index.start(name), index.end(name));
        if (slots[slot] == FREE) {
          slots[slot] = (long) hash << 32 | first + name;
        } else if ((int) slots[slot] >= first) {
          index.repeats((int) slots[slot] - first, name);
        }
      }
    }
  }

  /** {@return the number of a name, or {@link #NONE}} */
  int find(String symbol) {
    byte[] name = symbol.getBytes(StandardCharsets.UTF_8);
    return find(name, 0, name.length);
  }

  /** {@return the number of the name between two positions, or {@link #NONE}} */
  int find(byte[] bytes, int start, int end) {
    long found = slots[slotOf(hash(bytes, start, end), bytes, start, end)];
    return found == FREE ? NONE : (int) found;
  }

  /** {@return which of the indexes has the name of a number} */
  int indexOf(int number) {
    int found = Arrays.binarySearch(firsts, number);
    if (found < 0) {
      return -found - 2;
    }
    while (found + 1 < firsts.length && firsts[found + 1] == number) {
      found++; // those before have no names
    }
    return found;
  }

  /** {@return the member that defines the name of a number} */
  long memberOffset(int number) {
    int index = indexOf(number);
    return indexes[index].memberOffset(number - firsts[index]);
  }

  /** The slot that holds the name, or the free one where it belongs. */
  private int slotOf(int hash, byte[] bytes, int start, int end) {
    int slot = hash & (slots.length - 1);
    while (slots[slot] != FREE) {
      long there = slots[slot];
      if ((there & HASH_BITS) == (long) hash << 32 && isNamed((int) there, bytes, start, end)) {
        return slot;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean isNamed(int number, byte[] bytes, int start, int end) {
    int at = indexOf(number);
    StoredSymbolIndex index = indexes[at];
    int name = number - firsts[at];
    return Arrays.equals(bytes, start, end, index.image(), index.start(name), index.end(name));
  }

  private static int hash(byte[] bytes, int start, int end) {
    long hash = 0;
    for (int i = start; i < end; i++) {
      hash = (hash ^ bytes[i]) * HASH_MULTIPLIER;
      hash ^= hash >>> 32;
    }
    return (int) hash;
  }
}
