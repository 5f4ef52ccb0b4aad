package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.archive.ArchiveSearch;
import uruk.jitlink.elf.ObjectMerge;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;

/**
 * The files of a program and the members of its dylib's archives that they need, as a static linker
 * takes them: one archive after the other, each until nothing more of it is needed; but an archive
 * is gone back to if a later one needs it. Initializers run in this order.
 */
final class ProgramClosure {
  private final JITDylib dylib;
  private final @Nullable Executor readAhead;
  private final List<StaticLibrary> libraries = new ArrayList<>();

  /** For each library those that are asked before it and are no library to take members of. */
  private final List<List<DefinitionGenerator>> askedBefore = new ArrayList<>();

  private final ArchiveSearch archives;
  private final Set<ArchiveMember> taken = new HashSet<>();

  /** The names that files have, and whether one of them defines it. */
  private final Map<String, Boolean> names = new HashMap<>();

  /** For each library what is needed of it, in the order of its members. */
  private final List<NavigableSet<Needed>> needed = new ArrayList<>();

  private @Nullable ObjectMerge merge;

  /**
   * A member that is needed unless another file defines the name before it is its turn.
   *
   * @param ordinal how many names were known before
   */
  private record Needed(String name, ArchiveMember member, int ordinal)
      implements Comparable<Needed> {
    @Override
    public int compareTo(Needed other) {
      return member.offset() != other.member.offset()
          ? Long.compare(member.offset(), other.member.offset())
          : Integer.compare(ordinal, other.ordinal);
    }
  }

  /**
   * An empty closure.
   *
   * @param dylib whose archives are searched
   * @param readAhead may read files while others are looked for; see {@link ObjectMerge}
   */
  ProgramClosure(JITDylib dylib, @Nullable Executor readAhead) {
    this.dylib = dylib;
    this.readAhead = readAhead;
    List<DefinitionGenerator> others = new ArrayList<>(0);
    for (DefinitionGenerator generator : dylib.generators()) {
      if (generator instanceof StaticLibrary library && library.mergeable()) {
        libraries.add(library);
        needed.add(new TreeSet<>());
        askedBefore.add(List.copyOf(others));
      } else {
        others.add(generator);
      }
    }
    this.archives = new ArchiveSearch(libraries.stream().map(StaticLibrary::archive).toList());
    libraries.forEach(library -> library.searchedWith(archives));
  }

  /**
   * {@return the program}
   *
   * @param files its own files
   * @param roots the symbols that will be asked for
   * @throws uruk.jitlink.LinkException if a file is malformed or not supported
   * @throws IllegalArgumentException if there is neither a file nor a member that defines a root
   */
  ProgramFile program(List<ObjectFile> files, Set<String> roots) {
    Set<String> own = new LinkedHashSet<>();
    for (ObjectFile file : files) {
      own.add(file.name());
      add(file);
    }
    roots.forEach(this::need);
    takeMembers();
    if (merge == null) {
      throw new IllegalArgumentException(
          "no file, and no archive of \"%s\" defines %s"
              .formatted(dylib.name(), String.join(", ", roots)));
    }
    ObjectFile all = merge.merged();
    return new ProgramFile(all, own, definitions(all, roots));
  }

  private void add(ObjectFile file) {
    if (merge == null) {
      merge = new ObjectMerge(file.name() + " and others", ProgramFile.OPTIONS, readAhead);
    }
    merge.add(file);
    file.forEachName(name -> names.put(name, true), this::need);
  }

  private void need(String name) {
    if (names.putIfAbsent(name, false) == null) {
      archives
          .find(name)
          .ifPresent(found -> {
            if (!taken.contains(found.member())) {
              needed.get(found.archive()).add(new Needed(name, found.member(), names.size()));
            }
          });
    }
  }

  private void takeMembers() {
    for (int library = firstNeeded(); library >= 0; library = firstNeeded()) {
      takeMembers(library);
    }
  }

  /** {@return the first library of which something is needed, or −1} */
  private int firstNeeded() {
    for (int i = 0; i < needed.size(); i++) {
      if (!needed.get(i).isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  /** Goes through the members in their order, and again while one needs another before it. */
  private void takeMembers(int library) {
    NavigableSet<Needed> waiting = needed.get(library);
    for (Needed next = waiting.pollFirst(); next != null; next = poll(waiting, next)) {
      take(next, library);
    }
  }

  private static @Nullable Needed poll(NavigableSet<Needed> waiting, Needed last) {
    NavigableSet<Needed> behind = waiting.tailSet(last, false);
    return behind.isEmpty() ? waiting.pollFirst() : behind.pollFirst();
  }

  private void take(Needed next, int library) {
    if (!isDefined(next.name())
        && !isFoundElsewhere(next.name(), library)
        && taken.add(next.member())) {
      add(libraries.get(library).read(next.member()));
    }
  }

  private boolean isDefined(String name) {
    return names.getOrDefault(name, false);
  }

  private boolean isFoundElsewhere(String name, int library) {
    return dylib.symbolState(name) != null
        || askedBefore.get(library).stream().anyMatch(generator -> generator.mayDefine(name));
  }

  private List<Definition> definitions(ObjectFile all, Set<String> roots) {
    List<Definition> definitions = new ArrayList<>(roots.size());
    for (String root : roots) {
      if (isDefined(root)) {
        definitions.add(definition(all, root));
      }
    }
    return definitions;
  }

  private static Definition definition(ObjectFile all, String root) {
    for (ObjectFile part : all.parts()) {
      Set<String> names = new HashSet<>();
      part.forEachName(names::add, needed -> {});
      if (names.contains(root)) {
        for (Definition definition : part.symbols().definitions()) {
          if (definition.name().equals(root)) {
            return definition;
          }
        }
      }
    }
    throw new AssertionError(root + " was defined before");
  }
}
