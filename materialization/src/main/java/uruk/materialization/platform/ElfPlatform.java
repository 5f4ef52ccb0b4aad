package uruk.materialization.platform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.Platform;
import uruk.orc.ResourceKey;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * What the system's dynamic linker and C run-time do for an ELF program: runs initializers and
 * finalizers of dylibs in order, and keeps their exit functions. Give it to the session's builder
 * and, as a plugin, to the linking layer.
 *
 * <p>Every dylib gets, unless its objects define them, its own {@code __dso_handle}, {@code atexit}
 * and {@code at_quick_exit}; {@code __cxa_atexit}, {@code __cxa_thread_atexit} and the functions
 * that end a process are this platform's. What static linkers define around a program's sections
 * ({@code end}(3)) is one address here: a program in memory has no single beginning and end.
 *
 * <p>When a linked object is removed, its finalizers and what is registered to run at the exit of
 * its dylib or at the end of a thread and refers to it are dropped without being run; call {@link
 * #deinitialize} first to have them run.
 *
 * <p>Thread-safe. One lock is held while initializers and finalizers run, as the dynamic linker
 * does with dlopen(3); a thread that holds it may call in again.
 */
public final class ElfPlatform implements Platform, LinkPlugin {
  private static final SymbolFlags FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.WEAK, SymbolFlags.ABSOLUTE);

  private static final List<String> PROGRAM_BOUNDS =
      List.of(
          "__executable_start",
          "etext",
          "_etext",
          "__etext",
          "data_start",
          "__data_start",
          "edata",
          "_edata",
          "__bss_start",
          "end",
          "_end");

  private final Guard guard;
  private final ExitFunctions exitFunctions = ExitFunctions.get();
  private final ReentrantLock running = new ReentrantLock();
  private final Map<JITDylib, DylibState> dylibs = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final Map<ExecutionSession, LinkedThreads.Owner> owners = new ConcurrentHashMap<>();
  private final Map<LinkedObject, Linking> linking = new ConcurrentHashMap<>();

  /**
   * A link under way.
   *
   * @param aside whether an update links a version that is not current yet
   */
  private record Linking(InitializerPasses passes, boolean aside) {}

  /** A function of an object, which may be gone when the function's turn comes. */
  private record Owned(LinkedObject object, InitializerFunction function) {}

  /** What is known of a dylib. Its lists are guarded by itself. */
  private static final class DylibState {
    private final long handle;
    private final int ordinal;
    private final List<String> initSymbols = new ArrayList<>();

    /** Of versions that are about to become current, which the update initializes. */
    private final Map<LinkedObject, List<InitializerFunction>> aside = new HashMap<>();

    private final Map<LinkedObject, List<InitializerFunction>> linked = new HashMap<>();
    private final Map<LinkedObject, List<InitializerFunction>> initialized = new HashMap<>();

    /** What was registered for the end and is about to run: functions that run may drop some. */
    private final Deque<ExitFunctions.Call> exiting = new ArrayDeque<>();

    private DylibState(long handle, int ordinal) {
      this.handle = handle;
      this.ordinal = ordinal;
    }
  }

  /**
   * The program's arguments as initializers get them.
   *
   * @param count how many
   * @param vector address of the zero-terminated array of their addresses
   * @param environment address of the zero-terminated array of variables
   */
  public record Arguments(long count, long vector, long environment) {}

  /**
   * Makes a platform for one session.
   *
   * @param guard calls initializers and finalizers
   */
  public ElfPlatform(Guard guard) {
    this.guard = guard;
  }

  @Override
  public void setupJITDylib(JITDylib dylib) {
    DylibState state = new DylibState(exitFunctions.createHandle(), count.getAndIncrement());
    dylibs.put(dylib, state);
    owners.computeIfAbsent(dylib.session(), this::own);
    SymbolMap.Builder symbols = SymbolMap.builder();
    symbols.put("__dso_handle", state.handle, FLAGS);
    PROGRAM_BOUNDS.forEach(name -> symbols.put(name, state.handle, FLAGS));
    Map<String, Long> functions = new HashMap<>();
    functions.put("atexit", exitFunctions.atexit(state.handle));
    functions.put("at_quick_exit", exitFunctions.atQuickExit(state.handle));
    functions.put("__cxa_atexit", exitFunctions.registerExit());
    functions.put("__cxa_thread_atexit", exitFunctions.registerThreadExit());
    functions.put("__cxa_thread_atexit_impl", exitFunctions.registerThreadExit());
    functions.forEach(
        (name, address) -> symbols.put(name, address, FLAGS.with(SymbolFlags.CALLABLE)));
    dylib.define(AbsoluteSymbols.of(symbols.build()));
    dylib.define(new GuardFunctions(guard));
  }

  /**
   * {@return a generator of functions in the place of those of the process's libraries, through
   * which linked code would create threads that the guard does not know: {@code std::thread}'s and
   * GCC's OpenMP} Add it to the dylib with {@link uruk.materialization.ProcessSymbols}, in front of
   * them. Where such a library is linked from its archive, it calls the platform by itself.
   */
  public DefinitionGenerator libraryReplacements() {
    return new LibraryReplacements(guard::libraryReplacement);
  }

  private LinkedThreads.Owner own(ExecutionSession session) {
    LinkedThreads.Owner owner = new ProgramOwner(session, this, guard.symbolizer());
    LinkedThreads.add(owner);
    return owner;
  }

  @Override
  public void teardownJITDylib(JITDylib dylib) {
    dylibs.remove(dylib);
    if (dylibs.keySet().stream().noneMatch(other -> other.session().equals(dylib.session()))) {
      LinkedThreads.Owner owner = owners.remove(dylib.session());
      if (owner != null) {
        LinkedThreads.remove(owner);
      }
    }
  }

  @Override
  public void notifyAdding(ResourceTracker tracker, MaterializationUnit unit) {
    String initSymbol = unit.declaredInterface().initSymbol();
    DylibState state = dylibs.get(tracker.dylib());
    if (initSymbol != null && state != null) {
      synchronized (state) {
        state.initSymbols.add(initSymbol);
      }
    }
  }

  @Override
  public void notifyRemoving(ResourceTracker tracker) {
    // A symbol that is gone is looked up weakly, so nothing has to be undone.
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    InitializerPasses initializers = new InitializerPasses(object.ordinal());
    boolean aside = !responsibility.targetDylib().equals(object.dylib());
    linking.put(object, new Linking(initializers, aside));
    passes.prePrune().add(initializers::keep);
    passes.postFixup().add(initializers::collect);
  }

  @Override
  public void notifyEmitted(LinkedObject object, ResourceKey key) {
    Linking link = linking.remove(object);
    DylibState state = dylibs.get(object.dylib());
    if (link != null && state != null && !link.passes().functions().isEmpty()) {
      synchronized (state) {
        (link.aside() ? state.aside : state.linked).put(object, link.passes().functions());
      }
    }
  }

  /**
   * Runs the initializers of new versions, without arguments. Versions whose variables were kept
   * have run theirs. If one fails, the others' finalizers and exit functions are dropped.
   */
  @Override
  public void initialize(List<LinkedObject> objects) {
    List<Owned> functions = new ArrayList<>();
    for (LinkedObject object : objects) {
      DylibState state = dylibs.get(object.dylib());
      if (state != null) {
        synchronized (state) {
          List<InitializerFunction> own = state.aside.remove(object);
          if (own != null) {
            state.initialized.put(object, own);
            if (!object.takesVariablesOver()) {
              own.forEach(function -> functions.add(new Owned(object, function)));
            }
          }
        }
      }
    }
    // Not under the lock: nobody else runs what is aside.
    runAtBegin(functions, new Arguments(0, 0, 0));
  }

  private void runAtBegin(List<Owned> functions, Arguments given) {
    List<Owned> ordered = new ArrayList<>(functions);
    ordered.removeIf(owned -> !owned.function().section().kind().atBegin());
    ordered.sort((a, b) -> InitializerFunction.BEGIN.compare(a.function(), b.function()));
    for (Owned owned : ordered) {
      if (isThere(owned)) {
        long function = owned.function().address();
        guard.call(function, given.count(), given.vector(), given.environment(), 0, 0);
      }
    }
  }

  /** Functions that ran before it may have called Java back, which has removed its object. */
  private static boolean isThere(Owned owned) {
    return owned.object().state() != LinkedObject.State.REMOVED;
  }

  @Override
  public void notifyFailed(LinkedObject object, Throwable cause) {
    linking.remove(object);
  }

  @Override
  public void notifyRemoving(LinkedObject object) {
    DylibState state = dylibs.get(object.dylib());
    if (state == null) {
      return;
    }
    synchronized (state) {
      state.aside.remove(object);
      state.linked.remove(object);
      state.initialized.remove(object);
      state.exiting.removeIf(call -> refersTo(object, call));
      exitFunctions.dropExit(state.handle, address -> refersTo(object, address));
    }
    exitFunctions.dropThreadExit(address -> refersTo(object, address));
  }

  private static boolean refersTo(LinkedObject object, ExitFunctions.Call call) {
    return refersTo(object, call.function()) || refersTo(object, call.argument());
  }

  private static boolean refersTo(LinkedObject object, long address) {
    long place = InProcessMemoryManager.shared().targetIfEntry(address);
    return object.segments().stream().anyMatch(segment -> segment.contains(place));
  }

  /**
   * Links what has initializers in a dylib and in those that it links against, and runs what has
   * not run yet, dependencies first.
   *
   * @param arguments what initializers get, as {@code main} does; null for none
   * @throws uruk.orc.OrcException if something cannot be linked; nothing has run then
   * @throws NativeException if an initializer ends otherwise than by returning; those behind it
   *     have not run
   */
  public void initialize(JITDylib dylib, @Nullable Arguments arguments) {
    running.lock();
    try {
      List<JITDylib> order = dylib.reverseDepthFirstLinkOrder();
      order.forEach(this::linkInitializers);
      order.forEach(each -> runInitializers(each, arguments));
    } finally {
      running.unlock();
    }
  }

  /** Linking one object may bring others with initializers in. */
  private void linkInitializers(JITDylib dylib) {
    DylibState state = dylibs.get(dylib);
    while (state != null) {
      List<String> symbols;
      synchronized (state) {
        symbols = List.copyOf(state.initSymbols);
        state.initSymbols.clear();
      }
      if (symbols.isEmpty()) {
        return;
      }
      dylib
          .session()
          .lookup(
              SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, dylib),
              SymbolLookupSet.weaklyReferenced(symbols));
    }
  }

  private void runInitializers(JITDylib dylib, @Nullable Arguments arguments) {
    DylibState state = dylibs.get(dylib);
    if (state == null) {
      return;
    }
    List<Owned> functions = new ArrayList<>();
    synchronized (state) {
      Set<LinkedObject> fresh = notInitialized(state);
      state.initialized.putAll(state.linked);
      state.linked.clear();
      for (LinkedObject object : fresh) {
        for (InitializerFunction function : state.initialized.getOrDefault(object, List.of())) {
          functions.add(new Owned(object, function));
        }
      }
    }
    runAtBegin(functions, arguments == null ? new Arguments(0, 0, 0) : arguments);
  }

  /**
   * A version that was replaced before it was initialized leaves that to the one that runs, which
   * has run its own initializers already unless it took the variables over.
   */
  private static Set<LinkedObject> notInitialized(DylibState state) {
    Set<LinkedObject> begun = new HashSet<>();
    for (LinkedObject object : state.initialized.keySet()) {
      if (!object.takesVariablesOver()) {
        begun.add(object.current());
      }
    }
    Set<LinkedObject> fresh = new LinkedHashSet<>();
    for (LinkedObject object : state.linked.keySet()) {
      LinkedObject current = object.current();
      if (current == object || (current.takesVariablesOver() && !begun.contains(current))) {
        fresh.add(current);
      }
    }
    return fresh;
  }

  /**
   * Ends a dylib's use in a process that goes on: runs all that it registered with {@code atexit},
   * {@code __cxa_atexit} and {@code at_quick_exit}, the last first, then the finalizers of its
   * objects that were initialized. They count as not initialized afterwards.
   *
   * <p>Functions of {@code at_quick_exit} are among them because their code may go next, and no
   * later {@code quick_exit} could run them.
   *
   * @throws NativeException if one ends otherwise than by returning; those behind it have run
   *     nevertheless
   */
  public void deinitialize(JITDylib dylib) {
    end(dylib, call -> true);
  }

  /**
   * Does what {@code exit} does at a program's end: as {@link #deinitialize(JITDylib)}, but what
   * was registered with {@code at_quick_exit} is dropped without being run.
   *
   * @throws NativeException as {@link #deinitialize(JITDylib)} does
   */
  public void runExit(JITDylib dylib) {
    end(dylib, call -> !call.atQuickExit());
  }

  private void end(JITDylib dylib, Predicate<ExitFunctions.Call> runs) {
    DylibState state = dylibs.get(dylib);
    if (state == null) {
      return;
    }
    running.lock();
    try {
      FirstFailure failures = new FirstFailure();
      runExitFunctions(state, runs, failures);
      for (Owned owned : finalizers(state)) {
        if (isThere(owned)) {
          failures.run(() -> guard.call(owned.function().address(), 0));
        }
      }
      failures.rethrow();
    } finally {
      running.unlock();
    }
  }

  /**
   * {@linkplain #deinitialize(JITDylib) Deinitializes} all dylibs, the last created first.
   *
   * @throws NativeException if something ends otherwise than by returning; the rest has run
   *     nevertheless
   */
  public void deinitializeAll() {
    FirstFailure failures = new FirstFailure();
    newestFirst().forEach(dylib -> failures.run(() -> deinitialize(dylib)));
    failures.rethrow();
  }

  /** {@linkplain #runExit Ends} the program in all dylibs, the last created first. */
  void runAllExits() {
    FirstFailure failures = new FirstFailure();
    newestFirst().forEach(dylib -> failures.run(() -> runExit(dylib)));
    failures.rethrow();
  }

  /** Runs what all dylibs registered with {@code at_quick_exit}; see {@link #runQuickExit}. */
  void runAllQuickExits() {
    FirstFailure failures = new FirstFailure();
    newestFirst().forEach(dylib -> failures.run(() -> runQuickExit(dylib)));
    failures.rethrow();
  }

  private List<JITDylib> newestFirst() {
    return dylibs.entrySet().stream()
        .sorted((a, b) -> Integer.compare(b.getValue().ordinal, a.getValue().ordinal))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Does what {@code quick_exit} does at a program's end: runs what a dylib registered with {@code
   * at_quick_exit}, the last first. What was registered for {@code exit} is dropped.
   *
   * @throws NativeException as {@link #deinitialize(JITDylib)} does
   */
  public void runQuickExit(JITDylib dylib) {
    DylibState state = dylibs.get(dylib);
    if (state != null) {
      FirstFailure failures = new FirstFailure();
      runExitFunctions(state, ExitFunctions.Call::atQuickExit, failures);
      failures.rethrow();
    }
  }

  /**
   * Runs what linked code registered for the end of the calling thread: the destructors of its
   * thread-local variables.
   */
  public void endThread() {
    guard.call(exitFunctions.endThread(), 0);
  }

  /** What an exit function registers runs next, exit(3). */
  private void runExitFunctions(
      DylibState state, Predicate<ExitFunctions.Call> runs, FirstFailure failures) {
    while (true) {
      ExitFunctions.Call next;
      synchronized (state) {
        exitFunctions.take(state.handle).reversed().forEach(state.exiting::addFirst);
        next = state.exiting.pollFirst();
      }
      if (next == null) {
        return;
      }
      ExitFunctions.Call call = next;
      if (call.function() != 0 && runs.test(call)) {
        failures.run(() -> guard.call(call.function(), call.argument()));
      }
    }
  }

  private static List<Owned> finalizers(DylibState state) {
    List<Owned> functions = new ArrayList<>();
    synchronized (state) {
      // A version that was replaced has left its finalizers to the one that runs.
      state.initialized.forEach((object, own) -> {
        if (object.current() == object) {
          own.forEach(function -> functions.add(new Owned(object, function)));
        }
      });
      state.linked.putAll(state.initialized);
      state.initialized.clear();
    }
    functions.removeIf(owned -> owned.function().section().kind().atBegin());
    functions.sort((a, b) -> InitializerFunction.END.compare(a.function(), b.function()));
    return functions;
  }
}
