package uruk.tools.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibrarySearch;
import uruk.tools.Command;
import uruk.tools.CommandException;
import uruk.tools.Console;
import uruk.tools.ExitStatus;
import uruk.tools.Logging;
import uruk.tools.option.OptionHelp;
import uruk.tools.source.ObjectCache;
import uruk.tools.source.SourceCompiler;
import uruk.tools.source.SourceCompiler.Compilation;

/** {@code uruk run}: compiles, links, calls {@code main}, and ends with its status. */
public final class RunCommand implements Command {

  /** Creates the command. */
  public RunCommand() {}

  @Override
  public String name() {
    return "run";
  }

  @Override
  public String summary() {
    return "link objects, archives and sources in memory and run their main";
  }

  @Override
  public String help() {
    return """
    Usage: uruk run [OPTIONS] FILES... [-- ARGUMENTS]

    Links the files in memory and calls main(argc, argv) with the first file as argv[0] and
    ARGUMENTS behind it. Takes objects (.o), archives (.a), shared libraries (.so) and sources
    (.c, .cc, .cpp, .cxx, .C, .s, .S), which the system's compiler turns into objects first;
    they are kept in the user's cache folder. What the files do not define comes from the
    process: libc and libm are there.

    Options:
    """
        + OptionHelp.of(List.of(RunOption.values()))
        + """

        Examples:
          uruk run hello.c
          uruk run -O2 main.c print-args.o -- a b c
          uruk run round-trip.c -lz --memory
          uruk run -I/usr/include/lua5.4 host.c -llua5.4 -- script.lua

        Exit status: the program's own; 2 wrong usage, 3 compiling, loading or linking failed.
        Reports go to stderr.
        """;
  }

  @Override
  public int run(List<String> arguments, Console console) {
    RunRequest request = RunRequest.of(arguments);
    if (request.help()) {
      console.out().print(help());
      return ExitStatus.SUCCESS;
    }
    if (request.verbose()) {
      Logging.toStandardError();
    }
    StepTimes times = new StepTimes();
    Map<Input.Source, Path> objects = compile(request);
    times.finished("compile");
    // Never closed: handlers that the program registered with atexit run when the process ends.
    Jit jit = Jit.builder().warnings(console.err()::println).create();
    add(jit, request, objects);
    times.finished("load");
    jit.session().lookup(jit.main(), "main");
    times.finished("link");
    int status = jit.runMain(programName(request), request.programArguments());
    times.finished("run");
    report(request.reports(), jit, times, console);
    return status;
  }

  /** {@return each source's object} */
  private static Map<Input.Source, Path> compile(RunRequest request) {
    SourceCompiler compiler =
        new SourceCompiler(ObjectCache.ofUser(), request.compiler(), request.compilerOptions());
    Map<Input.Source, Compilation> compilations = new LinkedHashMap<>();
    for (Input input : request.inputs()) {
      if (input instanceof Input.Source source) {
        compilations.computeIfAbsent(source, _ -> compiler.start(source.file(), source.language()));
      }
    }
    Map<Input.Source, Path> objects = new HashMap<>();
    compilations.forEach((source, compilation) -> objects.put(source, compiler.await(compilation)));
    return objects;
  }

  private static void add(Jit jit, RunRequest request, Map<Input.Source, Path> objects) {
    for (Input input : request.inputs()) {
      switch (input) {
        case Input.Source source ->
            addObject(jit, source, Objects.requireNonNull(objects.get(source)));
        case Input.Binary binary -> addFile(jit, binary.file());
        case Input.Library library ->
            jit.addLibrary(library.name(), LibraryFolders.search(request.libraryFolders()));
      }
    }
  }

  /** Messages and reports name the source: the object is in the cache, where nobody looks. */
  private static void addObject(Jit jit, Input.Source source, Path object) {
    try {
      jit.add(ObjectFile.of(source.file().toString(), Files.readAllBytes(object)));
    } catch (IOException e) {
      throw new CommandException(
          "%s: its object %s cannot be read".formatted(source.file(), object), e);
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

  private static String programName(RunRequest request) {
    return switch (request.inputs().getFirst()) {
      case Input.Source source -> source.file().toString();
      case Input.Binary binary -> binary.file().toString();
      case Input.Library library -> library.name();
    };
  }

  private static void report(
      RunRequest.Reports reports, Jit jit, StepTimes times, Console console) {
    if (reports.json()) {
      console.err().println(JsonReport.of(reports, jit, times));
      return;
    }
    if (reports.memory()) {
      console.err().print(MemoryTable.of(jit.objects().objects()));
    }
    if (reports.time()) {
      console.err().print(times.text());
    }
  }
}
