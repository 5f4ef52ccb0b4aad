package uruk.materialization;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.orc.JITDylib;

/**
 * A program's files and what they need of archives, collected before there is anything to link them
 * with: in a fresh JVM to set a session up takes as long as to read the files, and both can be done
 * at a time. For {@link ObjectLinkingLayer#addProgram(uruk.orc.ResourceTracker, Program)}, once.
 * Thread-safe.
 */
public final class Program implements AutoCloseable {
  private final List<ObjectFile> files;
  private final List<ObjectArchive> archives;
  private final Set<String> roots;

  /** For which names members were taken, since nobody is known to define them before. */
  private final Set<String> takenFor;

  private final ProgramFile collected;

  private Program(
      List<ObjectFile> files,
      List<ObjectArchive> archives,
      Set<String> roots,
      @Nullable Executor readAhead) {
    this.files = List.copyOf(files);
    this.archives = List.copyOf(archives);
    this.roots = Set.copyOf(roots);
    Set<String> names = new HashSet<>();
    ProgramClosure.Elsewhere nowhere =
        (name, _) -> {
          names.add(name);
          return false;
        };
    this.collected = new ProgramClosure(archives, nowhere, readAhead).program(files, roots);
    this.takenFor = names;
  }

  /**
   * Collects a program; see {@link ObjectLinkingLayer#addProgram(uruk.orc.ResourceTracker, List,
   * Set)}.
   *
   * @param archives in the order in which they are searched; must stay as they are until the
   *     program is closed
   * @param targets what the archives' members may be for
   * @param readAhead may read files while others are looked for, sooner or later or never; null to
   *     read all when the program is linked
   * @throws uruk.jitlink.LinkException if a file's symbol table or an archive is malformed, or a
   *     file is not supported
   * @throws IllegalArgumentException if there is no file, and no archive defines a root
   */
  public static Program collect(
      List<ObjectFile> files,
      List<Path> archives,
      Set<String> roots,
      Targets targets,
      @Nullable Executor readAhead) {
    List<ObjectArchive> opened = new ArrayList<>(archives.size());
    try {
      for (Path archive : archives) {
        opened.add(ObjectArchive.open(archive, targets));
      }
      return new Program(files, opened, roots, readAhead);
    } catch (RuntimeException | Error failure) {
      opened.forEach(ObjectArchive::close);
      throw failure;
    }
  }

  List<ObjectFile> files() {
    return files;
  }

  Set<String> roots() {
    return roots;
  }

  /** {@return all of it as one file} */
  ProgramFile collected() {
    return collected;
  }

  /** {@return the archives as libraries of a layer} */
  List<StaticLibrary> libraries(ObjectLinkingLayer layer) {
    return archives.stream().map(archive -> StaticLibrary.of(layer, archive)).toList();
  }

  /** {@return whether a dylib defines nothing before the archives that members were taken for} */
  boolean isCompleteIn(JITDylib dylib) {
    return dylib.generators().isEmpty()
        && takenFor.stream().allMatch(name -> dylib.symbolState(name) == null);
  }

  /** Closes the archives: what is linked stays, no more members are. */
  @Override
  public void close() {
    archives.forEach(ObjectArchive::close);
  }
}
