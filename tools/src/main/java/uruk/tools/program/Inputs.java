package uruk.tools.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.FileFailure;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.host.HostException;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.LinkedObject;
import uruk.materialization.Program;
import uruk.tools.CommandException;
import uruk.tools.source.ObjectCache;
import uruk.tools.source.SourceCompiler;
import uruk.tools.source.SourceCompiler.Compiled;
import uruk.tools.source.SourceFile;

/** Compiles the sources of a command line and adds all its inputs to a program, in order. */
public final class Inputs {

  private final ProgramFiles files;

  /** By paths: of a record as a key the JDK makes six classes at every start. */
  private final Map<Path, Compiled> compiled = new LinkedHashMap<>();

  /** Creates the inputs of a program; nothing is read yet. */
  public Inputs(ProgramFiles files) {
    this.files = files;
  }

  /**
   * Compiles all sources at the same time, as far as they have changed.
   *
   * @throws CommandException if one cannot be compiled; the others have been
   */
  public void compile() {
    compile(files.inputs());
  }

  /** Compiles those of the inputs that are sources; see {@link #compile()}. */
  public void compile(List<Input> inputs) {
    Map<Path, SourceFile> sources = new LinkedHashMap<>();
    for (Input input : inputs) {
      if (input instanceof Input.Source source) {
        sources.put(source.file().path(), source.file());
      }
    }
    SourceCompiler compiler = new SourceCompiler(ObjectCache.ofUser(), files.compilation());
    compiled.putAll(compiler.compile(sources.values()));
  }

  /**
   * Adds what was typed, and behind it the libraries that compilers asked for.
   *
   * @return what became of each input that is one object, in the order typed
   */
  public SequencedMap<Input, LinkedObject> addTo(Jit jit) {
    SequencedMap<Input, LinkedObject> objects = new LinkedHashMap<>();
    addTo(jit, (input, object) -> objects.put(input, jit.add(object)));
    return objects;
  }

  /**
   * Collects what was typed as one program, which is linked as a whole for its {@code main}; see
   * {@link Program}. For this no {@link Jit} is needed.
   *
   * @param warnings told of libraries that are passed over
   * @param readAhead may read files while others are looked for
   * @return empty if only {@link #addWholeTo} can tell what belongs to it
   */
  public Optional<Program> collect(Consumer<String> warnings, Executor readAhead) {
    ProgramParts parts = new ProgramParts(() -> LibraryFolders.search(files.libraryFolders()));
    for (Input input : files.inputs()) {
      // No switch over types: the JDK makes a class of each at every start.
      if (input instanceof Input.Source source) {
        parts.add(object(source));
      } else if (input instanceof Input.Library library) {
        parts.addLibrary(library.name());
      } else if (input instanceof Input.Binary(Path file)) {
        requireFile(file);
        parts.addFile(file, FileKind.of(file), Inputs::object);
      }
    }
    libraries().forEach(parts::addArchive);
    return parts.collect(Set.of(ProgramFiles.MAIN), warnings, readAhead);
  }

  /** Adds what {@link #collect} has collected. */
  public void addTo(Jit jit, Program program) {
    try {
      jit.addProgram(program);
    } catch (HostException refused) {
      throw files.inputs().stream().anyMatch(Inputs::isShared) ? notLibrary(refused) : refused;
    }
  }

  private static boolean isShared(Input input) {
    return input instanceof Input.Binary(Path file) && FileKind.of(file) == FileKind.ELF_SHARED;
  }

  /** Adds what was typed as {@link #collect} does, as far as that can be. */
  public void addWholeTo(Jit jit) {
    Set<String> defined = jit.main().symbols("").keySet();
    List<ObjectFile> objects = new ArrayList<>();
    addTo(jit, (input, object) -> objects.add(object));
    if (!objects.isEmpty() && jit.main().symbols("").keySet().equals(defined)) {
      jit.addProgram(objects, Set.of(ProgramFiles.MAIN));
    } else {
      // Only archives; or a library's script names objects, which need the program's symbols.
      jit.objects().mergeMembers();
      objects.forEach(jit::add);
    }
  }

  /** Adds the libraries, and gives each input that is one object to a sink. */
  private void addTo(Jit jit, BiConsumer<Input, ObjectFile> objects) {
    for (Input input : files.inputs()) {
      // No switch over types: the JDK makes a class of each at every start.
      if (input instanceof Input.Source source) {
        objects.accept(input, object(source));
      } else if (input instanceof Input.Library library) {
        jit.addLibrary(library.name(), LibraryFolders.search(files.libraryFolders()));
      } else if (input instanceof Input.Binary(Path file)) {
        requireFile(file);
        addBinary(jit, file).ifPresent(object -> objects.accept(input, object));
      }
    }
    libraries().forEach(jit::addArchive);
  }

  /** {@return the archives that compilers asked for} */
  private Set<Path> libraries() {
    Set<Path> libraries = new LinkedHashSet<>();
    compiled.values().forEach(each -> libraries.addAll(each.libraries()));
    return libraries;
  }

  /** Messages and reports name the source: the object is in the cache, where nobody looks. */
  private ObjectFile object(Input.Source source) {
    return ObjectFile.of(source.toString(), bytes(object(source.file())));
  }

  /** The first word that is no file may be the program's first argument. */
  private void requireFile(Path file) {
    boolean first = files.inputs().getFirst().toString().equals(file.toString());
    if (!first && !Files.isRegularFile(file)) {
      throw new CommandException(
          "%s: no such file. Arguments of the program go behind \"--\".".formatted(file));
    }
  }

  /** {@return the object, if the file is one and no library} */
  private static Optional<ObjectFile> addBinary(Jit jit, Path file) {
    switch (FileKind.of(file)) {
      case ARCHIVE, THIN_ARCHIVE -> jit.addArchive(file);
      case ELF_SHARED, TEXT -> addShared(jit, file);
      case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_OTHER, BITCODE, EMPTY, UNKNOWN -> {
        return Optional.of(object(file));
      }
    }
    return Optional.empty();
  }

  /** {@return the object of an input, as it is now} */
  public byte[] content(Input input) {
    Path object =
        switch (input) {
          case Input.Source source -> object(source.file());
          case Input.Binary binary -> binary.file();
          case Input.Library library ->
              throw new IllegalArgumentException("-l" + library.name() + " is no object");
        };
    return bytes(object);
  }

  private Path object(SourceFile source) {
    return Objects.requireNonNull(compiled.get(source.path())).object();
  }

  private static byte[] bytes(Path object) {
    try {
      return Files.readAllBytes(object);
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be read: %s".formatted(object, FileFailure.reason(e)), e);
    }
  }

  /** {@return the files that an input was made of: what was typed, and what it includes} */
  public List<Path> filesOf(Input input) {
    return switch (input) {
      case Input.Source source -> {
        Compiled known = compiled.get(source.file().path());
        yield known == null ? List.of(source.file().path()) : known.files();
      }
      case Input.Binary binary -> List.of(binary.file());
      case Input.Library _ -> List.of();
    };
  }

  private static ObjectFile object(Path file) {
    ObjectFile object = ObjectFile.read(file);
    String here = InProcessMemoryManager.shared().target().name();
    if (!object.target().name().equals(here)) {
      throw new CommandException(
          "%s: is for %s, and this process is %s. Compile it for this machine; \"uruk jitlink -noexec\" links without running."
              .formatted(file, object.target().name(), here));
    }
    return object;
  }

  private static void addShared(Jit jit, Path file) {
    try {
      jit.addLibrary(":" + file.getFileName(), besides(file));
    } catch (HostException refused) {
      throw notLibrary(refused);
    }
  }

  private static CommandException notLibrary(HostException refused) {
    return new CommandException(
        "%s. Executables cannot be linked: give the objects (.o) that they are made of."
            .formatted(refused.getMessage()),
        refused);
  }

  private static LibrarySearch besides(Path file) {
    return LibraryFolders.search(List.of(file.toAbsolutePath().getParent()));
  }
}
