package uruk.jitlink.archive;

import java.util.List;

/**
 * Finds the first of several archives that defines a symbol, at the price of a search in one. Their
 * indexes are read now. Immutable; safe for use by several threads.
 */
public final class ArchiveSearch {
  /** No archive has the name. */
  public static final int NONE = NameTable.NONE;

  private final List<Archive> archives;
  private final NameTable names;

  /**
   * Indexes archives.
   *
   * @param archives in the order in which they are searched; must stay open
   * @throws MalformedArchiveException if an index is damaged, or there is none and no scanner
   */
  public ArchiveSearch(List<Archive> archives) {
    this.archives = List.copyOf(archives);
    this.names = new NameTable(this.archives.stream().map(Archive::storedIndex).toList());
  }

  /** {@return whether one of the archives defines a symbol} */
  public boolean defines(String symbol) {
    return find(symbol) != NONE;
  }

  /**
   * {@return the number of a symbol's name, or {@link #NONE}} It is that of the first archive that
   * defines it.
   */
  public int find(String symbol) {
    return names.find(symbol);
  }

  /** {@return which of the archives has the name of a number} */
  public int archiveOf(int name) {
    return names.indexOf(name);
  }

  /** {@return where the first member that defines the name of a number begins in its archive} */
  public long memberOffset(int name) {
    return names.memberOffset(name);
  }

  /**
   * {@return a member that was found}
   *
   * @param offset where it begins, by {@link #memberOffset}
   * @param symbol what it is to define, for messages
   * @throws MalformedArchiveException if there is none
   */
  public ArchiveMember member(int archive, long offset, String symbol) {
    return archives.get(archive).memberAt(offset, symbol);
  }
}
