package uruk.tools.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibrarySearch;
import uruk.tools.CommandException;
import uruk.tools.source.ObjectCache;
import uruk.tools.source.SourceCompiler;
import uruk.tools.source.SourceCompiler.Compilation;
import uruk.tools.source.SourceCompiler.Compiled;
import uruk.tools.source.SourceFile;

/** Compiles the sources of a command line and adds all its inputs to a program, in order. */
final class Inputs {

  private final RunRequest request;
  private final Map<SourceFile, Compiled> compiled = new LinkedHashMap<>();

  Inputs(RunRequest request) {
    this.request = request;
  }

  /** Compiles all sources at the same time. */
  void compile() {
    SourceCompiler compiler = new SourceCompiler(ObjectCache.ofUser(), request.compilation());
    Map<SourceFile, Compilation> compilations = new LinkedHashMap<>();
    for (Input input : request.inputs()) {
      if (input instanceof Input.Source source) {
        compilations.computeIfAbsent(source.file(), compiler::start);
      }
    }
    List<RuntimeException> failures = new ArrayList<>();
    compilations.forEach((source, compilation) -> {
      try {
        compiled.put(source, compiler.await(compilation));
      } catch (CommandException failure) {
        failures.add(failure); // the others go on, and are in the cache next time
      }
    });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  /** Adds what was typed, and behind it the libraries that compilers asked for. */
  void addTo(Jit jit) {
    for (Input input : request.inputs()) {
      switch (input) {
        case Input.Source source -> addObject(jit, source.file());
        case Input.Binary binary -> addFile(jit, binary.file());
        case Input.Library library ->
            jit.addLibrary(library.name(), LibraryFolders.search(request.libraryFolders()));
      }
    }
    Set<Path> libraries = new LinkedHashSet<>();
    compiled.values().forEach(each -> libraries.addAll(each.libraries()));
    libraries.forEach(jit::addArchive);
  }

  /** {@return what the program is called} */
  String programName() {
    return switch (request.inputs().getFirst()) {
      case Input.Source source -> source.file().path().toString();
      case Input.Binary binary -> binary.file().toString();
      case Input.Library library -> library.name();
    };
  }

  /** Messages and reports name the source: the object is in the cache, where nobody looks. */
  private void addObject(Jit jit, SourceFile source) {
    Path object = Objects.requireNonNull(compiled.get(source)).object();
    try {
      jit.add(ObjectFile.of(source.path().toString(), Files.readAllBytes(object)));
    } catch (IOException e) {
      throw new CommandException(
          "%s: its object %s cannot be read".formatted(source.path(), object), e);
    }
  }

  private static void addFile(Jit jit, Path file) {
    switch (FileKind.of(file)) {
      case ARCHIVE, THIN_ARCHIVE -> jit.addArchive(file);
      case ELF_SHARED, TEXT -> jit.addLibrary(":" + file.getFileName(), besides(file));
      case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_OTHER, BITCODE, EMPTY, UNKNOWN -> jit.add(file);
    }
  }

  private static LibrarySearch besides(Path file) {
    return LibraryFolders.search(List.of(file.toAbsolutePath().getParent()));
  }
}
