package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.archive.ArchiveSearch;
import uruk.jitlink.elf.ObjectMerge;
import uruk.materialization.NeededMembers.Needed;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;

/**
 * The files of a program and the members of archives that they need, as a static linker takes them:
 * one archive after the other, each until nothing more of it is needed; but an archive is gone back
 * to if a later one needs it. Weak references take no member (System V ABI, "Symbol Table",
 * STB_WEAK). Initializers run in this order.
 */
final class ProgramClosure {
  private final List<ObjectArchive> archives;
  private final Elsewhere elsewhere;
  private final @Nullable Executor readAhead;
  private final ArchiveSearch search;

  /** The names that files have, and whether one of them defines it. */
  private final Map<String, Boolean> names = new HashMap<>();

  /** What is needed of each archive. */
  private final List<NeededMembers> needed = new ArrayList<>();

  private @Nullable ObjectMerge merge;

  /** Tells who is asked before archives are. */
  interface Elsewhere {
    /** {@return whether a name is defined before an archive is asked for it} */
    boolean defines(String name, int archive);
  }

  /**
   * An empty closure.
   *
   * @param archives in the order in which they are searched
   * @param readAhead may read files while others are looked for; see {@link ObjectMerge}
   */
  ProgramClosure(List<ObjectArchive> archives, Elsewhere elsewhere, @Nullable Executor readAhead) {
    this.archives = archives;
    this.elsewhere = elsewhere;
    this.readAhead = readAhead;
    this.search = new ArchiveSearch(archives.stream().map(ObjectArchive::archive).toList());
    for (ObjectArchive archive : archives) {
      archive.searchedWith(search);
      needed.add(new NeededMembers());
    }
  }

  /** {@return an empty closure over the archives that generate definitions for a dylib} */
  static ProgramClosure of(JITDylib dylib, @Nullable Executor readAhead) {
    List<ObjectArchive> archives = new ArrayList<>();
    List<List<DefinitionGenerator>> askedBefore = new ArrayList<>();
    List<DefinitionGenerator> others = new ArrayList<>(0);
    for (DefinitionGenerator generator : dylib.generators()) {
      if (generator instanceof StaticLibrary library && library.mergeable()) {
        archives.add(library.archive());
        askedBefore.add(List.copyOf(others));
      } else {
        others.add(generator);
      }
    }
    return new ProgramClosure(
        archives,
        (name, archive) ->
            dylib.symbolState(name) != null
                || askedBefore.get(archive).stream().anyMatch(each -> each.mayDefine(name)),
        readAhead);
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
          "no file, and no archive defines " + String.join(", ", roots));
    }
    ObjectFile all = merge.merged();
    return new ProgramFile(all, own, definitions(all, roots));
  }

  private void add(ObjectFile file) {
    if (merge == null) {
      merge = new ObjectMerge(file.name() + " and others", ProgramFile.OPTIONS, readAhead);
    }
    merge.add(file);
    file.forEachName(name -> names.put(name, true), this::need, wanted -> {});
  }

  private void need(String name) {
    if (names.putIfAbsent(name, false) == null) {
      int found = search.find(name);
      if (found != ArchiveSearch.NONE) {
        needed.get(search.archiveOf(found)).add(search.memberOffset(found), name);
      }
    }
  }

  private void takeMembers() {
    for (int archive = firstNeeded(); archive >= 0; archive = firstNeeded()) {
      takeMembers(archive);
    }
  }

  /** {@return the first archive of which something is needed, or −1} */
  private int firstNeeded() {
    for (int i = 0; i < needed.size(); i++) {
      if (!needed.get(i).isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  /** Goes through the members in their order, and again while one needs another before it. */
  private void takeMembers(int archive) {
    NeededMembers members = needed.get(archive);
    for (Needed next = members.next(); next != null; next = members.next()) {
      take(next, archive);
    }
  }

  private void take(Needed member, int archive) {
    for (String name : member.names()) {
      if (!isDefined(name) && !elsewhere.defines(name, archive)) {
        member.taken();
        add(archives.get(archive).read(search.member(archive, member.offset(), name)));
        return;
      }
    }
    member.names().clear();
  }

  private boolean isDefined(String name) {
    return names.getOrDefault(name, false);
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
      part.forEachName(names::add, needed -> {}, wanted -> {});
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
