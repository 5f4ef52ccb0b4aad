package uruk.tools.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.Program;

/** What a program is made of, found without anything to link it with. */
final class ProgramParts {
  private final Supplier<LibrarySearch> search;
  private final List<ObjectFile> objects = new ArrayList<>();
  private final List<LibraryInput> libraries = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /** Linker scripts may name objects, which need the program's symbols. */
  private boolean scripted;

  /**
   * A program without parts.
   *
   * @param search where libraries are looked for, asked for when one is
   */
  ProgramParts(Supplier<LibrarySearch> search) {
    this.search = search;
  }

  void add(ObjectFile object) {
    objects.add(object);
  }

  void addArchive(Path archive) {
    libraries.add(new LibraryInput(archive, FileKind.ARCHIVE, false));
  }

  /** Adds what {@code -l} and a name stand for. */
  void addLibrary(String name) {
    LibrarySearch ours = search.get().forTarget(InProcessMemoryManager.shared().target());
    for (LibraryInput input : ours.library(name, warnings::add)) {
      if (input.kind() == FileKind.ELF_RELOCATABLE) {
        scripted = true;
      } else {
        libraries.add(input);
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
      case ARCHIVE, THIN_ARCHIVE, ELF_SHARED -> libraries.add(new LibraryInput(file, kind, false));
      case TEXT -> scripted = true;
      default -> add(object.apply(file));
    }
  }

  /**
   * {@return the program; empty if it has no objects, or a linker script names some}
   *
   * @param sink told of libraries that were passed over
   */
  Optional<Program> collect(Set<String> roots, Consumer<String> sink, Executor readAhead) {
    if (scripted || objects.isEmpty()) {
      return Optional.empty();
    }
    warnings.forEach(sink);
    return Optional.of(Program.collect(objects, libraries, roots, Targets.standard(), readAhead));
  }
}
