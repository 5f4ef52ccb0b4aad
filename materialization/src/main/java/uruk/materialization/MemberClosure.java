package uruk.materialization;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.elf.ObjectMerge;

/**
 * The members of an archive that are needed together: some, what these need, what those need in
 * turn, and so on. They stand in the order in which look-ups by one after the other would add them,
 * since definitions and initializers count in this order.
 */
final class MemberClosure {
  private final Function<String, Optional<ArchiveMember>> finder;
  private final Function<ArchiveMember, ObjectFile> reader;
  private final @Nullable Executor readAhead;
  private final Set<String> asked = new HashSet<>();
  private final Queue<ObjectFile> waiting = new ArrayDeque<>();
  private @Nullable ObjectMerge merge;

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

  /** Adds a member. */
  void add(ArchiveMember member) {
    if (merge == null) {
      merge =
          new ObjectMerge(
              "%s(%s and others)".formatted(member.archive(), member.name()), Set.of(), readAhead);
    }
    ObjectFile file = reader.apply(member);
    merge.add(file);
    waiting.add(file);
  }

  /** {@return the members and all that they need as one object; empty if none was added} */
  Optional<ObjectFile> merged() {
    for (ObjectFile file = waiting.poll(); file != null; file = waiting.poll()) {
      for (String name : file.externals()) {
        if (asked.add(name)) {
          finder.apply(name).ifPresent(this::add);
        }
      }
    }
    return Optional.ofNullable(merge).map(ObjectMerge::merged);
  }
}
