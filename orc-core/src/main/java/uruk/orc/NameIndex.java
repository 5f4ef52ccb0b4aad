package uruk.orc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the position of a name in an array of names: open addressing over positions. Keeps the
 * names' hashes, so that neither a search nor a table that takes the names over reads a name again.
 * Immutable.
 */
final class NameIndex {
  private static final int SCAN_LIMIT = 8;

  private final String[] names;
  private final int[] hashes;
  private final int[] slots;
  private final @Nullable String duplicate;

  NameIndex(String[] names, int size) {
    this.names = names;
    this.hashes = new int[size];
    this.slots = size <= SCAN_LIMIT ? new int[0] : new int[SymbolTable.capacityFor(size)];
    Arrays.fill(slots, -1);
    this.duplicate = insertAll();
  }

  /** {@return a name that occurs twice, or null} */
  @Nullable String duplicate() {
    return duplicate;
  }

  /** {@return the position of the name, or -1} */
  int find(String name) {
    int hash = SymbolTable.hash(name);
    return slots.length == 0 ? scan(name, hash, hashes.length) : slots[slotOf(name, hash)];
  }

  /** {@return the {@linkplain SymbolTable#hash hash} of the name at a position} */
  int hashAt(int at) {
    return hashes[at];
  }

  private @Nullable String insertAll() {
    String twice = null;
    for (int at = 0; at < hashes.length; at++) {
      String name = names[at];
      int hash = SymbolTable.hash(name);
      hashes[at] = hash;
      if (slots.length == 0) {
        twice = scan(name, hash, at) < 0 ? twice : name;
      } else {
        int slot = slotOf(name, hash);
        twice = slots[slot] < 0 ? twice : name;
        slots[slot] = at;
      }
    }
    return twice;
  }

  private int scan(String name, int hash, int end) {
    for (int at = 0; at < end; at++) {
      if (hashes[at] == hash && names[at].equals(name)) {
        return at;
      }
    }
    return -1;
  }

  private int slotOf(String name, int hash) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    for (int at = slots[slot]; at >= 0; at = slots[slot]) {
      if (hashes[at] == hash && names[at].equals(name)) {
        return slot;
      }
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
