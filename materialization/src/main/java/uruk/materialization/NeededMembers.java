package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a program needs of one archive, in the order of the archive's members. */
final class NeededMembers {
  private final Map<Long, Needed> known = new HashMap<>();
  private final NavigableMap<Long, Needed> waiting = new TreeMap<>();
  private long last = -1;

  /** A member that is needed unless other files define all of the names before it is its turn. */
  static final class Needed {
    private final long offset;
    private final List<String> names = new ArrayList<>();
    private boolean taken;

    private Needed(long offset) {
      this.offset = offset;
    }

    long offset() {
      return offset;
    }

    /** {@return what is needed of it, in the order in which it became known} */
    List<String> names() {
      return names;
    }

    /** The member belongs to the program. Nothing more is asked of it. */
    void taken() {
      taken = true;
    }
  }

  /** A name is needed that the member at an offset defines. */
  void add(long offset, String name) {
    Needed member = known.get(offset);
    if (member == null) {
      member = new Needed(offset);
      known.put(offset, member);
    }
    if (!member.taken) {
      member.names.add(name);
      waiting.put(offset, member);
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** {@return the next member that waits behind the last one, or the first; null if none does} */
  @Nullable Needed next() {
    Map.Entry<Long, Needed> next = waiting.higherEntry(last);
    if (next == null) {
      next = waiting.firstEntry();
    }
    if (next == null) {
      last = -1;
      return null;
    }
    last = next.getKey();
    return waiting.remove(next.getKey());
  }
}
