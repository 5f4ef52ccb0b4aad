package uruk.jitlink.archive;

import java.util.List;
import java.util.Optional;

/**
 * Finds the first of several archives that defines a symbol, at the price of a search in one. Their
 * indexes are read now. Immutable; safe for use by several threads.
 */
public final class ArchiveSearch {
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
    return names.find(symbol) != NameTable.NONE;
  }

  /**
   * What was found.
   *
   * @param archive the archive's place among those that are searched
   * @param member the first of its members that defines the symbol
   */
  public record Found(int archive, ArchiveMember member) {}

  /** {@return the first archive that defines a symbol, with the member} */
  public Optional<Found> find(String symbol) {
    int name = names.find(symbol);
    if (name == NameTable.NONE) {
      return Optional.empty();
    }
    int archive = names.indexOf(name);
    return Optional.of(
        new Found(archive, archives.get(archive).memberAt(names.memberOffset(name), symbol)));
  }
}
