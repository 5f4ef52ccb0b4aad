package uruk.tools.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.Program;

/**
 * What a program is made of, as far as that is known without opening shared libraries: not if one
 * comes before an archive, whose members are not taken for what it defines, and not if a linker
 * script names objects.
 */
final class ProgramParts {
  private final LibrarySearch search;
  private final List<ObjectFile> objects = new ArrayList<>();
  private final List<Path> archives = new ArrayList<>();
  private final List<Path> shared = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean known = true;

  ProgramParts(LibrarySearch search) {
    this.search = search.forTarget(InProcessMemoryManager.shared().target());
  }

  void add(ObjectFile object) {
    objects.add(object);
  }

  void addArchive(Path archive) {
    known &= shared.isEmpty();
    archives.add(archive);
  }

  /** Adds what {@code -l} and a name stand for. */
  void addLibrary(String name) {
    for (LibraryInput input : search.library(name, warnings::add)) {
      switch (input.kind()) {
        case ARCHIVE, THIN_ARCHIVE -> addArchive(input.path());
        case ELF_SHARED -> shared.add(input.path());
        default -> known = false;
      }
    }
  }

  /**
   * Adds a file that was typed.
   *
   * @param object reads it if it is nothing else
   */
  void addFile(Path file, FileKind kind, Function<Path, ObjectFile> object) {
    switch (kind) {
      case ARCHIVE, THIN_ARCHIVE -> addArchive(file);
      case ELF_SHARED -> shared.add(file);
      case TEXT -> known = false;
      default -> add(object.apply(file));
    }
  }

  /**
   * {@return the program, unless only its libraries tell what belongs to it}
   *
   * @param sink told of libraries that were passed over
   */
  Optional<WholeProgram> collect(Set<String> roots, Consumer<String> sink, Executor readAhead) {
    if (!known || objects.isEmpty()) {
      return Optional.empty();
    }
    warnings.forEach(sink);
    Program program = Program.collect(objects, archives, roots, Targets.standard(), readAhead);
    return Optional.of(new WholeProgram(program, shared));
  }
}
