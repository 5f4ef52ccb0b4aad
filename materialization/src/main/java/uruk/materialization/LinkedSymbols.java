package uruk.materialization;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import uruk.jitlink.memory.InProcessMemoryManager;

/**
 * The symbols that an object defines for others, in three parallel arrays: there may be a hundred
 * thousand of them, and a hundred thousand objects.
 *
 * <p>A function's canonical address is that of its entry; all other symbols have no entry and are
 * known by their place in memory.
 */
final class LinkedSymbols {
  private final String[] names;
  private final long[] code;
  private final long[] entries;
  private final long[] sizes;
  private final Set<String> threadLocal;

  /**
   * @param code where each symbol is in memory
   * @param entries each symbol's entry; 0 where it has none
   * @param sizes what each symbol names, in bytes
   * @param threadLocal the names of thread-local variables
   */
  LinkedSymbols(
      String[] names, long[] code, long[] entries, long[] sizes, Set<String> threadLocal) {
    this.names = names;
    this.code = code;
    this.entries = entries;
    this.sizes = sizes;
    this.threadLocal = threadLocal;
  }

  int size() {
    return names.length;
  }

  List<String> names() {
    return List.of(names);
  }

  String name(int index) {
    return names[index];
  }

  /** {@return the address by which others know a symbol} */
  long canonicalAddress(int index) {
    return entries[index] == 0 ? code[index] : entries[index];
  }

  OptionalLong codeAddress(String name) {
    int index = indexOf(name);
    return index < 0 ? OptionalLong.empty() : OptionalLong.of(code[index]);
  }

  /** {@return where a symbol is in memory} */
  long code(int index) {
    return code[index];
  }

  /** {@return a symbol's entry; 0 if it has none, because it is no function} */
  long entry(int index) {
    return entries[index];
  }

  /** {@return what a symbol names, in bytes} */
  long size(int index) {
    return sizes[index];
  }

  /** {@return whether a name is that of a thread-local variable} */
  boolean isThreadLocal(String name) {
    return threadLocal.contains(name);
  }

  /** {@return the index of a name; -1 if the object does not define it} */
  int indexOf(String name) {
    return Arrays.asList(names).indexOf(name);
  }

  /** {@return whether a name is that of a function with an entry} */
  boolean hasEntry(String name) {
    int index = indexOf(name);
    return index >= 0 && entries[index] != 0;
  }

  /** {@return the index of the last symbol at or before a place in memory; -1 if there is none} */
  int floor(long address) {
    int nearest = -1;
    for (int i = 0; i < code.length; i++) {
      boolean before = Long.compareUnsigned(code[i], address) <= 0;
      if (before && (nearest < 0 || Long.compareUnsigned(code[i], code[nearest]) > 0)) {
        nearest = i;
      }
    }
    return nearest;
  }

  /** {@return the entries by name} */
  Map<String, Long> entriesByName() {
    Map<String, Long> byName = HashMap.newHashMap(names.length);
    for (int i = 0; i < names.length; i++) {
      if (entries[i] != 0) {
        byName.put(names[i], entries[i]);
      }
    }
    return byName;
  }

  /** Makes the entries lead to this object's code. */
  void redirectEntries(InProcessMemoryManager memory) {
    memory.redirectEntries(entries(), ofFunctions(code));
  }

  /** {@return the entries in use} */
  long[] entries() {
    return ofFunctions(entries);
  }

  private long[] ofFunctions(long[] column) {
    long[] picked = new long[column.length];
    int count = 0;
    for (int i = 0; i < column.length; i++) {
      if (entries[i] != 0) {
        picked[count++] = column[i];
      }
    }
    return Arrays.copyOf(picked, count);
  }
}
