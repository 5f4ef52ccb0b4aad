package uruk.orc;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the symbols that dependence groups need, those of some groups at a time. What a search
 * needs lies apart in memory: the name's hash, the slot, the symbol. So each of them is read for
 * all names before the next, and the processor waits for many at once. Used under the session lock.
 */
final class DependenceSearch {
  private final ExecutionSession session;
  private JITDylib[] dylibs = new JITDylib[0];

  /** Strings; to cast each where it is collected would read it there, one after the other. */
  private Object[] names = new Object[0];

  private int[] hashes = new int[0];
  private @Nullable SymbolEntry[] found = new SymbolEntry[0];
  private int count;

  /** Where the needs of each group end. */
  private int[] ends = new int[0];

  DependenceSearch(ExecutionSession session) {
    this.session = session;
  }

  /**
   * Finds what the groups need, and forgets what others did.
   *
   * @throws IllegalArgumentException if a dylib is of another session
   */
  void find(List<SymbolDependenceGroup> groups) {
    collect(groups);
    for (int at = 0; at < count; at++) {
      hashes[at] = SymbolTable.hash(nameAt(at));
    }
    for (int at = 0; at < count; at++) {
      found[at] = dylibs[at].table().likely(hashes[at]);
    }
    for (int at = 0; at < count; at++) {
      SymbolEntry likely = found[at];
      // What is removed has no owner. An entry may lie in two cache lines, the owner in the second,
      // and what uses the entry later reads both.
      if (likely == null || likely.owner == null || !likely.isNamed(names[at])) {
        found[at] = dylibs[at].table().find(nameAt(at), hashes[at]);
      }
    }
  }

  private void collect(List<SymbolDependenceGroup> groups) {
    count = 0;
    ends = ends.length < groups.size() ? new int[groups.size()] : ends;
    BiConsumer<JITDylib, Set<String>> collector = this::collect;
    for (int at = 0; at < groups.size(); at++) {
      groups.get(at).dependencies().forEach(collector);
      ends[at] = count;
    }
  }

  private void collect(JITDylib dylib, Set<String> needed) {
    session.checkOwn(dylib);
    if (count + needed.size() > names.length) {
      grow(count + needed.size());
    }
    for (Object name : needed) {
      dylibs[count] = dylib;
      names[count++] = name;
    }
  }

  private void grow(int needed) {
    int capacity = Math.max(needed, 2 * names.length);
    dylibs = Arrays.copyOf(dylibs, capacity);
    names = Arrays.copyOf(names, capacity);
    hashes = new int[capacity];
    found = new SymbolEntry[capacity];
  }

  /** {@return where the needs of a group begin} */
  int begin(int group) {
    return group == 0 ? 0 : ends[group - 1];
  }

  /** {@return where the needs of a group end} */
  int end(int group) {
    return ends[group];
  }

  JITDylib dylibAt(int at) {
    return dylibs[at];
  }

  String nameAt(int at) {
    return (String) names[at];
  }

  /** {@return the symbol, or null if it is missing} */
  @Nullable SymbolEntry foundAt(int at) {
    return found[at];
  }
}
