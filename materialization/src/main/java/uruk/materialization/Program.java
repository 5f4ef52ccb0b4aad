package uruk.materialization;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.LibraryInput;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;

/**
 * A program's files and what they need of archives, collected before there is anything to link them
 * with: in a fresh JVM to set a session up takes as long as to read the files, and both can be done
 * at a time. For {@link ObjectLinkingLayer#addProgram(uruk.orc.ResourceTracker, Program)}, once.
 * Thread-safe.
 */
public final class Program implements AutoCloseable {
  private final List<ObjectFile> files;
  private final List<Library> libraries;
  private final Set<String> roots;

  /** For what members were taken, since nobody is known to define it before. */
  private final List<Taken> taken = new ArrayList<>();

  private final ProgramFile collected;

  /**
   * One of the libraries.
   *
   * @param archive null if the library is shared
   */
  private record Library(Path path, @Nullable ObjectArchive archive) {
    DefinitionGenerator generator(ObjectLinkingLayer layer) {
      return archive == null
          ? LibrarySymbols.open(path.toAbsolutePath().toString())
          : StaticLibrary.of(layer, archive);
    }
  }

  /**
   * A name for which a member was taken.
   *
   * @param library which of the libraries it is a member of
   */
  private record Taken(String name, int library) {}

  private Program(
      List<ObjectFile> files,
      List<Library> libraries,
      Set<String> roots,
      @Nullable Executor readAhead) {
    this.files = List.copyOf(files);
    this.libraries = List.copyOf(libraries);
    this.roots = Set.copyOf(roots);
    List<ObjectArchive> archives = new ArrayList<>(libraries.size());
    List<Integer> places = new ArrayList<>(libraries.size());
    for (int at = 0; at < libraries.size(); at++) {
      ObjectArchive archive = libraries.get(at).archive();
      if (archive != null) {
        archives.add(archive);
        places.add(at);
      }
    }
    ProgramClosure.Elsewhere nowhere =
        (name, archive) -> {
          taken.add(new Taken(name, places.get(archive)));
          return false;
        };
    this.collected = new ProgramClosure(archives, nowhere, readAhead).program(files, roots);
  }

  /**
   * Collects a program; see {@link ObjectLinkingLayer#addProgram(uruk.orc.ResourceTracker, List,
   * Set)}. Shared libraries are opened when the program is added.
   *
   * @param libraries archives and shared libraries, in the order in which they are searched;
   *     archives must stay as they are until the program is closed
   * @param targets what the archives' members may be for
   * @param readAhead may read files while others are looked for, sooner or later or never; null to
   *     read all when the program is linked
   * @throws uruk.jitlink.LinkException if a file's symbol table or an archive is malformed, or a
   *     file is not supported
   * @throws IllegalArgumentException if there is no file, and no archive defines a root; or if a
   *     library is none
   */
  public static Program collect(
      List<ObjectFile> files,
      List<LibraryInput> libraries,
      Set<String> roots,
      Targets targets,
      @Nullable Executor readAhead) {
    List<Library> opened = new ArrayList<>(libraries.size());
    try {
      for (LibraryInput library : libraries) {
        opened.add(new Library(library.path(), archive(library, targets)));
      }
      return new Program(files, opened, roots, readAhead);
    } catch (RuntimeException | Error failure) {
      close(opened);
      throw failure;
    }
  }

  private static @Nullable ObjectArchive archive(LibraryInput library, Targets targets) {
    return switch (library.kind()) {
      case ARCHIVE, THIN_ARCHIVE -> ObjectArchive.open(library.path(), targets);
      case ELF_SHARED -> null;
      default ->
          throw new IllegalArgumentException(
              "%s is %s and no library".formatted(library.path(), library.kind().description()));
    };
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

  /**
   * {@return what generates definitions from the libraries, in their order}
   *
   * @throws uruk.jitlink.host.HostException if a shared library cannot be opened
   */
  List<DefinitionGenerator> generators(ObjectLinkingLayer layer) {
    List<DefinitionGenerator> generators = new ArrayList<>(libraries.size());
    for (Library library : libraries) {
      generators.add(library.generator(layer));
    }
    return generators;
  }

  /**
   * {@return whether nothing in a dylib is found before the members that were taken}
   *
   * @param generators those of {@link #generators}, which the dylib has not got yet
   */
  boolean isCompleteIn(JITDylib dylib, List<DefinitionGenerator> generators) {
    return dylib.generators().isEmpty()
        && taken.stream().allMatch(each -> isFoundFirst(each, dylib, generators));
  }

  private boolean isFoundFirst(Taken member, JITDylib dylib, List<DefinitionGenerator> generators) {
    if (dylib.symbolState(member.name) != null) {
      return false;
    }
    for (int at = 0; at < member.library; at++) {
      if (libraries.get(at).archive() == null && generators.get(at).mayDefine(member.name)) {
        return false;
      }
    }
    return true;
  }

  /** Closes the archives: what is linked stays, no more members are. */
  @Override
  public void close() {
    close(libraries);
  }

  private static void close(List<Library> libraries) {
    for (Library library : libraries) {
      if (library.archive() != null) {
        library.archive().close();
      }
    }
  }
}
