package uruk.orc;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
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

  /** Positions of names for which no slot near their own was free: see {@link SymbolTable}. */
  private @Nullable Map<String, Integer> crowd;

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
    if (slots.length == 0) {
      return scan(name, hash, hashes.length);
    }
    int mask = slots.length - 1;
    for (int slot = hash, end = slot + SymbolSlots.PROBES; slot != end; slot++) {
      int at = slots[slot & mask];
      if (at < 0 || isAt(at, name, hash)) {
        return at;
      }
    }
    return crowd == null ? -1 : crowd.getOrDefault(name, -1);
  }

  /** {@return the {@linkplain SymbolTable#hash hash} of the name at a position} */
  int hashAt(int at) {
    return hashes[at];
  }

  private @Nullable String insertAll() {
    for (int at = 0; at < hashes.length; at++) {
      hashes[at] = SymbolTable.hash(names[at]);
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
    for (int slot = hashes[at], end = slot + SymbolSlots.PROBES; slot != end; slot++) {
      int other = slots[slot & mask];
      if (other < 0) {
        slots[slot & mask] = at;
        return true;
      }
      if (isAt(other, names[at], hashes[at])) {
        return false;
      }
    }
    crowd = crowd == null ? new HashMap<>() : crowd;
    return crowd.putIfAbsent(names[at], at) == null;
  }

  private boolean isAt(int at, String name, int hash) {
    return hashes[at] == hash && names[at].equals(name);
  }
}
