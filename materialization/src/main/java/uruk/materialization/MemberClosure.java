package uruk.materialization;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.elf.ObjectMerge;

/**
 * The members of an archive that some names need: those that define them, what these need in turn,
 * and so on. What a member needs goes before it, unless the two need each other.
 */
final class MemberClosure {
  private final Function<String, Optional<ArchiveMember>> finder;
  private final Function<ArchiveMember, ObjectFile> reader;
  private final Set<String> asked = new HashSet<>();
  private final Deque<Visit> path = new ArrayDeque<>();
  private final @Nullable Executor readAhead;
  private @Nullable ObjectMerge merge;

  /** A member some of whose names have been asked for. */
  private record Visit(ObjectFile file, Iterator<String> externals) {}

  /**
   * An empty closure.
   *
   * @param finder tells the member to take for a name; empty for one that was taken before
   * @param reader reads a member
   * @param readAhead may read the members' content meanwhile; see {@link ObjectMerge}
   */
  MemberClosure(
      Function<String, Optional<ArchiveMember>> finder,
      Function<ArchiveMember, ObjectFile> reader,
      @Nullable Executor readAhead) {
    this.finder = finder;
    this.reader = reader;
    this.readAhead = readAhead;
  }

  /** Adds what a name needs. */
  void add(String name) {
    ask(name);
    while (!path.isEmpty()) {
      Visit visit = path.getLast();
      if (visit.externals.hasNext()) {
        ask(visit.externals.next());
      } else {
        Objects.requireNonNull(merge).add(visit.file);
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
    if (merge == null) {
      merge =
          new ObjectMerge(
              "%s(%s and others)".formatted(member.archive(), member.name()), readAhead);
    }
    ObjectFile file = reader.apply(member);
    path.add(new Visit(file, file.externals().iterator()));
  }

  /** {@return the members as one object, or the only one; empty if there is none} */
  Optional<ObjectFile> merged() {
    return Optional.ofNullable(merge).map(ObjectMerge::merged);
  }
}
