package uruk.materialization;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.Archive;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.archive.ArchiveSearch;

/** An open archive and how its members are read as objects. Thread-safe. */
final class ObjectArchive implements AutoCloseable {
  private final Archive archive;
  private final Function<ArchiveMember, ObjectFile> reader;

  /** A search in this archive and others, by which most names are known to be in none. */
  private volatile @Nullable ArchiveSearch search;

  private ObjectArchive(Archive archive, Function<ArchiveMember, ObjectFile> reader) {
    this.archive = archive;
    this.reader = reader;
  }

  /**
   * Opens an archive.
   *
   * @param reader makes the object of a member
   * @throws uruk.jitlink.LinkException if the file is not an archive or is damaged
   */
  static ObjectArchive open(Path path, Function<ArchiveMember, ObjectFile> reader) {
    return new ObjectArchive(
        Archive.open(path, member -> definitions(reader.apply(member))), reader);
  }

  /** Opens an archive; see {@link #open(Path, Function)}. */
  static ObjectArchive open(Path path, Targets targets) {
    return open(path, member -> ObjectFile.of(member.displayName(), member.content(), targets));
  }

  private static Iterable<String> definitions(ObjectFile file) {
    return file.symbols().definitions().stream().map(ObjectInterface.Definition::name).toList();
  }

  Archive archive() {
    return archive;
  }

  ObjectFile read(ArchiveMember member) {
    return reader.apply(member);
  }

  /** A search in this archive and others has been made. */
  void searchedWith(ArchiveSearch made) {
    search = made;
  }

  /** {@return the first member that defines a symbol} */
  Optional<ArchiveMember> memberDefining(String symbol) {
    ArchiveSearch known = search;
    return known == null || known.defines(symbol)
        ? archive.memberDefining(symbol)
        : Optional.empty();
  }

  @Override
  public void close() {
    archive.close();
  }

  /** {@return the archive's path} */
  @Override
  public String toString() {
    return archive.toString();
  }
}
