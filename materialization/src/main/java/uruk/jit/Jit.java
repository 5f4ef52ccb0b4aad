package uruk.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.archive.LibrarySearch.Preference;
import uruk.jitlink.host.Libc;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.DriverLibraries;
import uruk.materialization.LibrarySymbols;
import uruk.materialization.LinkedObject;
import uruk.materialization.MemoryLedger;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.materialization.Program;
import uruk.materialization.StaticLibrary;
import uruk.materialization.UseWarnings;
import uruk.materialization.platform.ElfPlatform;
import uruk.materialization.platform.Guard;
import uruk.materialization.platform.HostThreads;
import uruk.materialization.platform.IndirectFunctionPlugin;
import uruk.materialization.platform.SymbolExports;
import uruk.materialization.platform.Symbolizer;
import uruk.materialization.platform.ThreadLocalPlugin;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.SearchOrder;

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
 * process, and last in the archives that a compiler driver adds to every link by itself. Archives
 * are searched in the order in which they were added, before the process. Thread-safe. Once it is
 * closed, its methods throw {@link IllegalStateException}.
 */
public final class Jit implements AutoCloseable {
  private final ExecutionSession session;
  private final ObjectLinkingLayer objects;
  private final JITDylib main;
  private final Guard guard;
  private final ElfPlatform platform;
  private final NativeFunctions functions;
  private final Callbacks callbacks;
  private final SymbolExports exports;
  private final Consumer<String> warnings;
  private final DriverLibraries driverLibraries;
  private final List<Path> searchPath;
  private final Targets targets;
  private final AtomicInteger anonymousObjects = new AtomicInteger();
  private final Arena arena = Arena.ofShared();
  private final Deque<Runnable> archives = new ArrayDeque<>(); // close them; guarded by itself
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean closed;

  Jit(JitBuilder builder) {
    boolean guarded = builder.guarded;
    warnings = builder.warnings;
    targets = builder.targets;
    searchPath = List.copyOf(builder.searchPath);
    Symbolizer symbolizer = new Symbolizer();
    guard = new Guard(symbolizer);
    platform = new ElfPlatform(guard);
    session = builder.session.platform(platform).build();
    objects = new ObjectLinkingLayer(session);
    if (guarded) {
      objects.keepFiles();
    }
    objects.superviseWith(new HostThreads());
    main = session.createJITDylib("main");
    functions = new NativeFunctions(session, main, guarded ? guard : null, platform);
    callbacks = new Callbacks(main, guard, functions::notifyRemoved);
    exports = new SymbolExports(objects);
    objects.addPlugin(symbolizer);
    objects.addPlugin(platform);
    objects.addPlugin(new ThreadLocalPlugin());
    objects.addPlugin(new IndirectFunctionPlugin());
    objects.addPlugin(functions);
    objects.addPlugin(new UseWarnings(warnings));
    JITDylib process = session.createJITDylib("process");
    process.addGenerator(platform.libraryReplacements());
    process.addGenerator(ProcessSymbols.all());
    main.addToLinkOrder(process, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
    driverLibraries = new DriverLibraries(objects);
    JITDylib compiler = session.createJITDylib("compiler");
    compiler.addGenerator(driverLibraries);
    compiler.addToLinkOrder(process, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
    main.addToLinkOrder(compiler, JITDylibLookupFlags.MATCH_ALL_SYMBOLS);
  }

  /** {@return a builder with the usual choices} */
  public static JitBuilder builder() {
    return new JitBuilder();
  }

  /** {@return a new program without objects} */
  public static Jit create() {
    return builder().create();
  }

  /** {@return the session below} */
  public ExecutionSession session() {
    return session;
  }

  /** {@return what runs initializers and finalizers} */
  public ElfPlatform platform() {
    return platform;
  }

  /** {@return the guard around calls into the program} */
  public Guard guard() {
    return guard;
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
    return add(ObjectFile.read(objectFile, targets));
  }

  /**
   * Adds an object file that a compiler in this process has written; see {@link
   * ObjectLinkingLayer#add(JITDylib, ObjectFile)}. Its name in messages is {@code object-} with a
   * number; {@link ObjectFile#of(String, byte[])} gives another.
   *
   * @param content must not be changed any more
   */
  public LinkedObject add(byte[] content) {
    return add(ByteBuffer.wrap(content));
  }

  /**
   * Adds an object file in memory, which is copied; see {@link #add(byte[])}.
   *
   * @throws IllegalArgumentException if the segment is larger than 2 GiB
   * @throws IllegalStateException if its arena is closed
   */
  public LinkedObject add(MemorySegment content) {
    if (content.byteSize() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an object file of " + content.byteSize() + " bytes; the most is " + Integer.MAX_VALUE);
    }
    return add(content.toArray(ValueLayout.JAVA_BYTE));
  }

  private LinkedObject add(ByteBuffer content) {
    String name = "object-" + anonymousObjects.incrementAndGet();
    return add(ObjectFile.of(name, content, targets));
  }

  /** Adds an object file; see {@link ObjectLinkingLayer#add(JITDylib, ObjectFile)}. */
  public LinkedObject add(ObjectFile objectFile) {
    requireOpen();
    return objects.add(main, objectFile);
  }

  /**
   * Adds a program as a static linker makes one, with what it needs of the archives that were added
   * before; see {@link ObjectLinkingLayer#addProgram}.
   *
   * @param roots the symbols that will be asked for, such as {@code main}
   */
  public LinkedObject addProgram(List<ObjectFile> files, Set<String> roots) {
    requireOpen();
    return objects.addProgram(main.defaultResourceTracker(), files, roots);
  }

  /**
   * Adds a program that has been collected; see {@link ObjectLinkingLayer#addProgram(
   * uruk.orc.ResourceTracker, Program)}.
   *
   * @param program is closed with this
   */
  public LinkedObject addProgram(Program program) {
    requireOpen();
    closeAtEnd(program::close);
    return objects.addProgram(main.defaultResourceTracker(), program);
  }

  /** Adds an archive, whose members are linked as their symbols are needed. */
  public void addArchive(Path archive) {
    requireOpen();
    StaticLibrary library = StaticLibrary.open(objects, archive, targets);
    closeAtEnd(library::close);
    main.addGenerator(library);
  }

  /**
   * Adds all members of an archive, as {@code --whole-archive} does for a linker: for libraries
   * whose symbols are needed by something that is opened later.
   */
  public void addWholeArchive(Path archive) {
    requireOpen();
    StaticLibrary library = StaticLibrary.open(objects, archive, targets);
    closeAtEnd(library::close);
    library.addAll(main);
  }

  /**
   * Lets the rest of the process find the program's symbols: {@code dlsym(RTLD_DEFAULT, …)} and
   * libraries that the program opens with dlopen(3), such as an interpreter's extension modules.
   * All objects that have been added are linked; see {@link SymbolExports#export}.
   */
  public void exportSymbols() {
    requireOpen();
    exports.export(main);
  }

  /**
   * Adds a library by its name, as {@code -l} does for a compiler driver: an archive, a shared
   * library, or a script that names others. Looked for in {@link JitBuilder#searchPath}, then where
   * the system keeps its libraries; in each folder an archive is preferred. Libraries for other
   * machines are passed over with a warning.
   *
   * @param name {@code z} for {@code libz.a} or {@code libz.so}; {@code :name} for a file of that
   *     very name
   * @throws uruk.jitlink.archive.LibraryNotFoundException naming the folders
   */
  public void addLibrary(String name) {
    List<Path> folders = new ArrayList<>(searchPath);
    folders.addAll(DriverLibraries.directories());
    addLibrary(name, new LibrarySearch(folders, Preference.STATIC_FIRST));
  }

  /**
   * Adds a library by its name; see {@link #addLibrary(String)}.
   *
   * @param search where to look, and what to prefer
   */
  public void addLibrary(String name, LibrarySearch search) {
    requireOpen();
    search
        .forTarget(InProcessMemoryManager.shared().target())
        .library(name, warnings)
        .forEach(this::addInput);
  }

  private void addInput(LibraryInput input) {
    switch (input.kind()) {
      case ARCHIVE, THIN_ARCHIVE -> addArchive(input.path());
      case ELF_SHARED -> main.addGenerator(LibrarySymbols.open(input.path().toString()));
      default -> add(input.path());
    }
  }

  /**
   * {@return a look-up of the symbols that the program sees, its own and the process's, for code
   * written against java.lang.foreign}
   */
  public SymbolLookup symbols() {
    return session.symbolLookup(main.linkOrder());
  }

  /**
   * {@return a handle that calls a function}
   *
   * <p>The handle goes on working when the function is replaced, and reaches the current version.
   * When the function is removed, the handle throws {@link IllegalStateException}. Keep handles in
   * static final fields: then the JIT compiler inlines the call.
   *
   * @param name the linker-level name
   * @param descriptor the C types of result and arguments
   * @param options as for {@link Linker#downcallHandle(FunctionDescriptor, Linker.Option...)}
   * @throws uruk.orc.OrcException if there is no such symbol or it cannot be linked
   */
  public MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    requireOpen();
    return functions.handle(name, descriptor, options);
  }

  /**
   * {@return a handle that calls a function given by its C declaration, such as {@code int add(int,
   * int)}}
   *
   * @see #function(String, FunctionDescriptor, Linker.Option...)
   * @see CSignature
   */
  public MethodHandle function(String declaration) {
    CSignature signature = CSignature.parse(declaration);
    return function(signature.name(), signature.descriptor(), signature.options());
  }

  /**
   * {@return a handle that calls a function given by its C declaration, under a name of its own}
   *
   * @param name the linker-level name, which the declaration's need not be
   * @see #function(String, FunctionDescriptor, Linker.Option...)
   */
  public MethodHandle function(String name, CSignature signature) {
    return function(name, signature.descriptor(), signature.options());
  }

  /**
   * {@return the memory of a variable} It is the program's: valid until the variable's object is
   * removed or replaced, which is not checked.
   *
   * @param layout gives the size
   */
  public MemorySegment variable(String name, MemoryLayout layout) {
    requireOpen();
    return MemorySegment.ofAddress(functions.address(name)).reinterpret(layout.byteSize());
  }

  /**
   * Implements an interface by the program's functions: each abstract method calls the function of
   * its name, with the C types that its Java types stand for (int for {@code int}, long for 64
   * bits, {@link MemorySegment} for pointers, {@link String} for {@code char *} in UTF-8). {@link
   * NativeSymbol} gives other names and types. Text that is passed lives as long as the call, and
   * null is C's NULL; of what is returned a copy is made, in which bytes that are no UTF-8 are
   * U+FFFD.
   *
   * @throws uruk.orc.OrcException if functions are missing, naming all of them, or cannot be linked
   * @throws IllegalArgumentException if the interface cannot be reached from here, or a method's
   *     type has no C type; {@link #bind(MethodHandles.Lookup, Class)} reaches private interfaces
   */
  public <T> T bind(Class<T> type) {
    return bind(InterfaceAccess.lookupFor(type), type);
  }

  /**
   * Implements an interface that the lookup can access; see {@link #bind(Class)}.
   *
   * @param lookup of a class in the interface's package, or of any class if the interface is public
   */
  public <T> T bind(MethodHandles.Lookup lookup, Class<T> type) {
    requireOpen();
    return new InterfaceBinder(functions).bind(lookup, type);
  }

  /**
   * {@return a function pointer that calls Java, to be handed to linked code until the arena
   * closes} Exceptions and faults go the way that {@link Guard#upcall} describes.
   *
   * @param target its type must be that of the descriptor, as for {@link Linker#upcallStub}
   */
  public MemorySegment callback(
      MethodHandle target, FunctionDescriptor descriptor, Arena lifetime) {
    requireOpen();
    return callbacks.pointer(target, descriptor, lifetime);
  }

  /**
   * Defines a symbol that calls Java. It stays until this program is closed. What Java throws goes
   * through the frames of C++ on its way, which are cleaned up, and is thrown again as it is by the
   * call that entered linked code; see {@link Guard#upcall}.
   *
   * @param target its type must fit the descriptor, as for {@link Linker#upcallStub}
   * @throws uruk.orc.DuplicateDefinitionException if the symbol exists
   */
  public void define(String name, MethodHandle target, FunctionDescriptor descriptor) {
    define(name, target, descriptor, arena);
  }

  /**
   * Defines a symbol that calls Java until an arena closes; linked code must not call it any more
   * then.
   *
   * @see #define(String, MethodHandle, FunctionDescriptor)
   */
  public void define(
      String name, MethodHandle target, FunctionDescriptor descriptor, Arena lifetime) {
    requireOpen();
    callbacks.define(name, target, descriptor, lifetime);
  }

  /**
   * Defines a symbol that calls an object's only method.
   *
   * @param type an interface with one abstract method, whose Java types tell the C types as for
   *     {@link #bind(Class)}, without strings
   */
  public <T> void define(String name, Class<T> type, T implementation) {
    define(name, type, implementation, arena);
  }

  /**
   * Defines a symbol that calls an object's only method until an arena closes; linked code must not
   * call it any more then.
   *
   * @see #define(String, Class, Object)
   */
  public <T> void define(String name, Class<T> type, T implementation, Arena lifetime) {
    Objects.requireNonNull(implementation, "implementation");
    Method method = Callbacks.onlyMethod(type);
    try {
      MethodHandle target =
          InterfaceAccess.lookupFor(type).unreflect(method).bindTo(implementation);
      define(name, target, InterfaceBinder.descriptor(method), lifetime);
    } catch (IllegalAccessException refused) {
      throw new IllegalArgumentException(type.getName() + " cannot be called", refused);
    }
  }

  /**
   * Links all objects that have initializers and runs those that have not run yet, what others
   * depend on first. {@link #function}, {@link #variable} and {@link #bind(Class)} do so as well;
   * this is for programs that act through their initializers alone.
   *
   * @throws uruk.orc.OrcException if something cannot be linked; nothing has run then
   * @throws uruk.materialization.platform.NativeException if an initializer crashes, exits, or
   *     throws
   */
  public void initialize() {
    requireOpen();
    platform.initialize(main, null);
  }

  /**
   * Ends the program without {@code main}, as {@code exit} does: runs what was registered to run at
   * the end of this thread and at the exit, the last first, then the finalizers of the objects that
   * were initialized, and writes the C streams out. What was registered with {@code at_quick_exit}
   * is dropped; {@link ElfPlatform#deinitialize} and {@link #close} run it.
   *
   * @throws uruk.materialization.platform.NativeException if one of them crashes, exits, or throws;
   *     the others have run nevertheless
   */
  public void deinitialize() {
    try {
      platform.endThread();
      platform.runExit(main);
    } finally {
      Libc.flushStreams();
    }
  }

  /**
   * Runs the program: links what {@code main} needs and all objects with initializers, runs the
   * initializers, calls {@code main}, then runs what was registered to run at the exit and the
   * finalizers, and writes the C streams out. A program may be run again: its variables are as it
   * has left them.
   *
   * @param programName becomes argv[0]
   * @param arguments become argv[1] and on, encoded as {@link NativeText} says; without zeros
   * @return the status that the program ended with, by returning from {@code main} or by {@code
   *     exit}
   * @throws uruk.materialization.platform.NativeException if it crashed, or an exception of its
   *     language escaped
   */
  public int runMain(String programName, List<String> arguments) {
    requireOpen();
    long function =
        session
            .lookup(SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, main), "main")
            .address();
    List<String> argv = Stream.concat(Stream.of(programName), arguments.stream()).toList();
    // The program's threads may read their arguments for as long as the process lives.
    return new MainFunction(guard, platform, main).run(function, argv, Arena.global());
  }

  /** {@return what all linked objects cost} */
  public MemoryLedger ledger() {
    return objects.ledger();
  }

  /**
   * Ends the session: {@linkplain ElfPlatform#deinitializeAll() deinitializes} all dylibs, then all
   * code and data go, so nothing of the program may run any more. Errors go to the session's
   * reporter. Closing again does nothing.
   */
  @Override
  public void close() {
    if (closing.getAndSet(true)) {
      return;
    }
    try {
      platform.deinitializeAll();
    } catch (Throwable failure) { // of a call-back perhaps, which may throw anything
      session.reportError(failure);
    }
    closed = true; // finalizers may have called Java, which may use what is being closed
    Libc.flushStreams();
    exports.close();
    try {
      session.close();
    } finally {
      closeWhatTheSessionUsed();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This Jit is closed.");
    }
  }

  private void closeAtEnd(Runnable archive) {
    synchronized (archives) {
      archives.add(archive);
    }
  }

  private void closeWhatTheSessionUsed() {
    arena.close();
    callbacks.close();
    driverLibraries.close();
    synchronized (archives) {
      archives.forEach(Runnable::run);
      archives.clear();
    }
  }
}
