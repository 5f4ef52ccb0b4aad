package uruk.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.archive.LibrarySearch;
import uruk.materialization.LibrarySymbols;
import uruk.materialization.LinkedObject;
import uruk.materialization.MemoryLedger;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.materialization.StaticLibrary;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;

/**
 * A running program made of object files.
 *
 * {@snippet :
 * try (var jit = Jit.create()) {
 *   jit.add(Path.of("main.o"));
 *   jit.addArchive(Path.of("libz.a"));
 *   int status = jit.runMain("main", List.of("a", "b"));
 * }
 * }
 *
 * <p>Objects go into the dylib {@link #main()}; what they do not find there they find in the
 * process. Archives are searched in the order in which they were added, before the process.
 * Thread-safe.
 */
public final class Jit implements AutoCloseable {
  private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer objects = new ObjectLinkingLayer(session);
  private final JITDylib process = session.createJITDylib("process");
  private final JITDylib main = session.createJITDylib("main");
  private final Deque<StaticLibrary> archives = new ArrayDeque<>(); // guarded by itself

  private Jit() {
    process.addGenerator(ProcessSymbols.all());
    main.addToLinkOrder(process, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
  }

  /** {@return a new program without objects} */
  public static Jit create() {
    return new Jit();
  }

  /** {@return the session below} */
  public ExecutionSession session() {
    return session;
  }

  /** {@return the layer that links the objects} */
  public ObjectLinkingLayer objects() {
    return objects;
  }

  /** {@return the dylib that the objects are in} */
  public JITDylib main() {
    return main;
  }

  /** Adds an object file; see {@link ObjectLinkingLayer#add(JITDylib, ObjectFile)}. */
  public LinkedObject add(Path objectFile) {
    return add(ObjectFile.read(objectFile));
  }

  /** Adds an object file; see {@link ObjectLinkingLayer#add(JITDylib, ObjectFile)}. */
  public LinkedObject add(ObjectFile objectFile) {
    return objects.add(main, objectFile);
  }

  /** Adds an archive, whose members are linked as their symbols are needed. */
  public void addArchive(Path archive) {
    StaticLibrary library = StaticLibrary.open(objects, archive);
    synchronized (archives) {
      archives.add(library);
    }
    main.addGenerator(library);
  }

  /**
   * Adds a library by its name, as {@code -l} does for a compiler driver: an archive, a shared
   * library, or a script that names others.
   *
   * @param search where to look, and what to prefer
   */
  public void addLibrary(String name, LibrarySearch search) {
    search.library(name).forEach(this::addInput);
  }

  private void addInput(LibraryInput input) {
    switch (input.kind()) {
      case ARCHIVE, THIN_ARCHIVE -> addArchive(input.path());
      case ELF_SHARED -> main.addGenerator(LibrarySymbols.open(input.path().toString()));
      default -> add(input.path());
    }
  }

  /** {@return a look-up of the program's symbols, for code written against java.lang.foreign} */
  public SymbolLookup symbols() {
    return session.symbolLookup(main);
  }

  /**
   * Links what {@code main} needs and calls it.
   *
   * @param programName becomes argv[0]
   * @param arguments become argv[1] and on
   * @return what main returned; the C streams have been written out by then
   */
  public int runMain(String programName, List<String> arguments) {
    long function = session.lookup(main, "main").address();
    List<String> argv = Stream.concat(Stream.of(programName), arguments.stream()).toList();
    // The program's threads may read their arguments for as long as the process lives.
    return MainFunction.call(function, argv, Arena.global());
  }

  /** {@return what all linked objects cost} */
  public MemoryLedger ledger() {
    return objects.ledger();
  }

  /** Ends the session: all code and data go, so nothing of the program may run any more. */
  @Override
  public void close() {
    session.close();
    synchronized (archives) {
      archives.forEach(StaticLibrary::close);
      archives.clear();
    }
  }
}
