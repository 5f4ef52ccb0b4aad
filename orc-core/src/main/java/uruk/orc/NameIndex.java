package uruk.orc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds the position of a name in an array of names: open addressing over positions. Immutable. */
final class NameIndex {
  private static final int SCAN_LIMIT = 8;

  private final String[] names;
  private final int size;
  private final int[] slots;
  private final @Nullable String duplicate;

  NameIndex(String[] names, int size) {
    this.names = names;
    this.size = size;
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
    if (slots.length == 0) {
      return scan(name, size);
    }
    return slots[slotOf(name)];
  }

  private @Nullable String insertAll() {
    String twice = null;
    for (int at = 0; at < size; at++) {
      if (slots.length == 0) {
        twice = scan(names[at], at) < 0 ? twice : names[at];
      } else {
        int slot = slotOf(names[at]);
        twice = slots[slot] < 0 ? twice : names[at];
        slots[slot] = at;
      }
    }
    return twice;
  }

  private int scan(String name, int end) {
    for (int at = 0; at < end; at++) {
      if (names[at].equals(name)) {
        return at;
      }
    }
    return -1;
  }

  private int slotOf(String name) {
    int mask = slots.length - 1;
    int slot = SymbolTable.hash(name) & mask;
    while (slots[slot] >= 0 && !equal(names[slots[slot]], name)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /** Strings keep their hash, so that those of others need not be read. */
  private static boolean equal(String one, String other) {
    return one.hashCode() == other.hashCode() && one.equals(other);
  }
}
