package uruk.jitlink.archive;

/**
 * Looks into a member for the symbols it defines, so that an archive without a symbol index can be
 * searched. The archive reader knows no object format: the caller brings this knowledge.
 */
@FunctionalInterface
public interface SymbolScanner {

  /**
   * The names that an archive index would list for this member: its defined symbols of global, weak
   * or unique binding, common symbols included.
   *
   * @param member the member; {@link ArchiveMember#bytes()} reads it
   * @return the names; none for a member that is no object (a text file in an archive is no error
   *     until somebody wants to link it)
   */
  Iterable<String> definedSymbols(ArchiveMember member);
}
