package uruk.jitlink.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An archive's symbol index as bytes, in which names are found by a {@link NameTable}: one of its
 * own, made when it is asked alone, or one of several archives. Safe for use by several threads.
 */
final class StoredSymbolIndex implements SymbolIndex {
  private final byte[] image;
  private final int[] nameStarts;
  private final int[] nameEnds;
  private final long[] memberOffsets;
  private volatile @Nullable NameTable table;

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
  }

  @Override
  public StoredSymbolIndex stored() {
    return this;
  }

  @Override
  public long memberOffset(String symbol) {
    int found = table().find(symbol);
    return found == NameTable.NONE ? NONE : memberOffsets[found];
  }

  @Override
  public List<String> symbols() {
    NameTable names = table();
    var symbols = new ArrayList<String>();
    for (int name = 0; name < nameStarts.length; name++) {
      int start = nameStarts[name];
      int end = nameEnds[name];
      if (names.find(image, start, end) == name) {
        symbols.add(new String(image, start, end - start, StandardCharsets.UTF_8));
      }
    }
    return symbols;
  }

  /** Two threads at once both make it. */
  private NameTable table() {
    NameTable known = table;
    if (known == null) {
      known = new NameTable(List.of(this));
      table = known;
    }
    return known;
  }

  /** {@return how many names there are, each of them counted as often as it occurs} */
  int size() {
    return nameStarts.length;
  }

  byte[] image() {
    return image;
  }

  int start(int name) {
    return nameStarts[name];
  }

  int end(int name) {
    return nameEnds[name];
  }

  /** {@return the member of the name of a number} */
  long memberOffset(int name) {
    return memberOffsets[name];
  }

  /** A name occurs again: its first member counts. */
  void repeats(int earlier, int name) {
    memberOffsets[earlier] = Math.min(memberOffsets[earlier], memberOffsets[name]);
  }
}
