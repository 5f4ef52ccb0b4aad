package uruk.materialization;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

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

  /**
   * @param code where each symbol is in memory
   * @param entries each symbol's entry; 0 where it has none
   */
  LinkedSymbols(String[] names, long[] code, long[] entries) {
    this.names = names;
    this.code = code;
    this.entries = entries;
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
    int index = Arrays.asList(names).indexOf(name);
    return index < 0 ? OptionalLong.empty() : OptionalLong.of(code[index]);
  }

  /** {@return the entries in use, to be given back} */
  long[] entries() {
    return LongStream.of(entries).filter(entry -> entry != 0).toArray();
  }
}
