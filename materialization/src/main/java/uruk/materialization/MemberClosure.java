package uruk.materialization;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.ArchiveMember;

/**
 * The members of an archive that some names need: those that define them, what these need in turn,
 * and so on. What a member needs goes before it, unless the two need each other.
 */
final class MemberClosure {
  private final Function<String, Optional<ArchiveMember>> finder;
  private final Function<ArchiveMember, ObjectFile> reader;
  private final Set<String> asked = new HashSet<>();
  private final Deque<Visit> path = new ArrayDeque<>();
  private final List<ObjectFile> files = new ArrayList<>();
  private String first = "";

  /** A member some of whose names have been asked for. */
  private record Visit(ObjectFile file, Iterator<String> externals) {}

  /**
   * An empty closure.
   *
   * @param finder tells the member to take for a name; empty for one that was taken before
   * @param reader reads a member
   */
  MemberClosure(
      Function<String, Optional<ArchiveMember>> finder,
      Function<ArchiveMember, ObjectFile> reader) {
    this.finder = finder;
    this.reader = reader;
  }

  /** Adds what a name needs. */
  void add(String name) {
    ask(name);
    while (!path.isEmpty()) {
      Visit visit = path.getLast();
      if (visit.externals.hasNext()) {
        ask(visit.externals.next());
      } else {
        files.add(visit.file);
        path.removeLast();
      }
    }
  }

  private void ask(String name) {
    if (asked.add(name)) {
      finder.apply(name).ifPresent(this::enter);
    }
  }

  private void enter(ArchiveMember member) {
    if (first.isEmpty()) {
      first = member.name();
    }
    ObjectFile file = reader.apply(member);
    path.add(new Visit(file, file.externals().iterator()));
  }

  /** {@return the members in order} */
  List<ObjectFile> files() {
    return files;
  }

  /** {@return the members as one object, which has one's own name if there is but one} */
  ObjectFile merged(String archive) {
    return files.size() == 1
        ? files.getFirst()
        : ObjectFile.merged(
            "%s(%s and %d more)".formatted(archive, first, files.size() - 1), files);
  }
}
