package uruk.orc;

import java.util.Arrays;

/**
 * Collects symbols for an array of about the size that is known. They go there by the block: the G1
 * collector puts a large array among old objects, where each store of a new object costs a fence,
 * and a block of them costs one. Not safe for use by several threads.
 */
final class SymbolEntryArray {
  private static final int BLOCK = 512;

  private final SymbolEntry[] entries;
  private final SymbolEntry[] block;
  private int copied;
  private int pending;

  /** An array for so many symbols at most. */
  SymbolEntryArray(int capacity) {
    entries = new SymbolEntry[capacity];
    block = new SymbolEntry[Math.min(BLOCK, capacity)];
  }

  void add(SymbolEntry entry) {
    block[pending++] = entry;
    if (pending == block.length) {
      copyBlock();
    }
  }

  private void copyBlock() {
    System.arraycopy(block, 0, entries, copied, pending);
    copied += pending;
    pending = 0;
  }

  /** {@return the symbols that were added} */
  SymbolEntry[] toArray() {
    copyBlock();
    return copied == entries.length ? entries : Arrays.copyOf(entries, copied);
  }
}
