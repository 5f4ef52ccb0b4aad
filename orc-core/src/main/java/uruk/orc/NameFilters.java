package uruk.orc;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Which names the dylibs of a session may define: a word for each dylib, side by side, so that a
 * search passes thousands of dylibs that lack a name without touching anything of theirs. One
 * thread at a time writes, under the session lock; any number read without a lock, and see the
 * words of now or of a moment ago.
 *
 * <p>A dylib keeps its place until it is removed. A search order that still names it then reads the
 * word of whoever has the place next, which does no harm: it finds the removed dylib empty.
 */
final class NameFilters {
  /** The word of a dylib whose generators may add any name. */
  static final long EVERY_NAME = -1;

  /** The place of all dylibs that have been removed; its word is 0. */
  static final int REMOVED = 0;

  private static final int SMALLEST = 8;

  private volatile long[] words = new long[SMALLEST];

  // Guarded by the session lock.
  private int used = 1;
  private final Deque<Integer> free = new ArrayDeque<>(0);

  /** {@return the words, by place} */
  long[] words() {
    return words;
  }

  /** {@return a place with the word 0} */
  int take() {
    if (!free.isEmpty()) {
      return free.pop();
    }
    if (used == words.length) {
      words = Arrays.copyOf(words, 2 * used);
    }
    return used++;
  }

  /** Gives a place back. */
  void giveBack(int place) {
    words[place] = 0;
    free.push(place);
  }

  /** Sets the word of a dylib that is there. The symbols that it stands for are in their table. */
  void set(int place, long word) {
    if (words[place] != word) {
      VarHandle.releaseFence();
      words[place] = word;
    }
  }
}
