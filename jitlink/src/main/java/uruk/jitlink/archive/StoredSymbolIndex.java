package uruk.jitlink.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An archive's own symbol index, kept as its bytes. The index of a large library has a hundred
 * thousand names and few are ever asked for: they are hashed where they lie, and no string is made
 * of them.
 */
final class StoredSymbolIndex implements SymbolIndex {

  /** Not known outside the process, so that nobody can prepare an archive of colliding names. */
  private static final long HASH_MULTIPLIER = new SplittableRandom().nextLong() | 1;

  private static final int FREE = -1;

  private final byte[] image;
  private final int[] nameStarts;
  private final int[] nameEnds;
  private final long[] memberOffsets;
  // Open addressing, at most half full: the number of a name, or FREE.
  private final int[] slots;

  /**
   * Indexes names that lie in {@code image}.
   *
   * @param image kept, not copied
   * @param nameStarts where each name starts
   * @param nameEnds where each name ends; names do not overlap
   * @param memberOffsets the member of each name, or {@link #NONE}; changed where a name occurs
   *     twice
   */
  StoredSymbolIndex(byte[] image, int[] nameStarts, int[] nameEnds, long[] memberOffsets) {
    this.image = image;
    this.nameStarts = nameStarts;
    this.nameEnds = nameEnds;
    this.memberOffsets = memberOffsets;
    this.slots = new int[Math.max(2, Integer.highestOneBit(Math.max(1, nameStarts.length)) * 4)];
    Arrays.fill(slots, FREE);
    for (int name = 0; name < nameStarts.length; name++) {
      if (memberOffsets[name] != NONE) {
        insert(name);
      }
    }
  }

  @Override
  public long memberOffset(String symbol) {
    byte[] name = symbol.getBytes(StandardCharsets.UTF_8);
    int found = slots[slotOf(name, 0, name.length)];
    return found == FREE ? NONE : memberOffsets[found];
  }

  @Override
  public List<String> symbols() {
    var symbols = new ArrayList<String>();
    for (int name = 0; name < nameStarts.length; name++) {
      if (slots[slotOf(image, nameStarts[name], nameEnds[name])] == name) {
        symbols.add(
            new String(
                image,
                nameStarts[name],
                nameEnds[name] - nameStarts[name],
                StandardCharsets.UTF_8));
      }
    }
    return symbols;
  }

  private void insert(int name) {
    int slot = slotOf(image, nameStarts[name], nameEnds[name]);
    int earlier = slots[slot];
    if (earlier == FREE) {
      slots[slot] = name;
    } else {
      memberOffsets[earlier] = Math.min(memberOffsets[earlier], memberOffsets[name]);
    }
  }

  /** The slot that holds the name, or the free one where it belongs. */
  private int slotOf(byte[] bytes, int start, int end) {
    int slot = hash(bytes, start, end) & (slots.length - 1);
    while (slots[slot] != FREE) {
      int other = slots[slot];
      if (Arrays.equals(bytes, start, end, image, nameStarts[other], nameEnds[other])) {
        return slot;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
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
