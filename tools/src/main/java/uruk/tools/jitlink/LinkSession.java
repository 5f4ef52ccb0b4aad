package uruk.tools.jitlink;

import static uruk.orc.JITDylibLookupFlags.MATCH_ALL_SYMBOLS;
import static uruk.tools.jitlink.JitlinkOption.DEBUGGER_SUPPORT;
import static uruk.tools.jitlink.JitlinkOption.NOEXEC;
import static uruk.tools.jitlink.JitlinkOption.NO_PROCESS_SYMBOLS;
import static uruk.tools.jitlink.JitlinkOption.PERF_SUPPORT;
import static uruk.tools.jitlink.JitlinkOption.PHONY_EXTERNALS;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jit.MainFunction;
import uruk.jitlink.graph.Target;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.MemoryManager;
import uruk.jitlink.memory.SlabMemoryManager;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.materialization.StaticLibrary;
import uruk.materialization.platform.ElfPlatform;
import uruk.materialization.platform.GdbPlugin;
import uruk.materialization.platform.Guard;
import uruk.materialization.platform.PerfPlugin;
import uruk.materialization.platform.ProgramDefaults;
import uruk.materialization.platform.Symbolizer;
import uruk.materialization.platform.ThreadLocalPlugin;
import uruk.orc.ErrorReporter;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.SearchOrder;
import uruk.orc.TaskDispatcher;
import uruk.tools.CommandException;

/**
 * The session that a command line is linked in. Functions are known by their code, without entries,
 * so that what is linked is what {@code llvm-jitlink} links.
 */
final class LinkSession implements AutoCloseable {
  private static final long NARROW_SLAB = 0x10000;
  private static final long HOST_PAGE = 4096;

  /** How far below the C library a pretended slab lies: far enough, and in reach of branches. */
  private static final long BELOW_LIBRARIES = 1 << 29;

  private final Target target;
  private final @Nullable Program program;
  private final ExecutionSession session;
  private final ObjectLinkingLayer layer;
  private final JITDylib process;
  private final Map<String, JITDylib> dylibs = new LinkedHashMap<>();
  private final Deque<StaticLibrary> archives = new ArrayDeque<>();

  /** What it takes to run linked code. */
  private record Program(Symbolizer symbolizer, Guard guard, ElfPlatform platform) {

    static Program create() {
      Symbolizer symbolizer = new Symbolizer();
      Guard guard = new Guard(symbolizer);
      return new Program(symbolizer, guard, new ElfPlatform(guard));
    }
  }

  private LinkSession(JitlinkRequest request, Target target, ErrorReporter reporter) {
    this.target = target;
    program = request.has(NOEXEC) ? null : Program.create();
    ExecutionSession.Builder builder = ExecutionSession.builder().errorReporter(reporter);
    if (program != null) {
      builder.platform(program.platform);
    }
    if (request.threads() > 1) {
      builder.dispatcher(TaskDispatcher.virtualThreads(request.threads()));
    }
    session = builder.build();
    layer = ObjectLinkingLayer.withoutEntries(session, memory(request, target));
    if (program == null) {
      layer.addPlugin(new UnrunThreadLocals());
    } else {
      layer.keepFiles();
      layer.addPlugin(program.symbolizer);
      layer.addPlugin(program.platform);
      layer.addPlugin(new ThreadLocalPlugin());
      if (!request.switchesOff(DEBUGGER_SUPPORT)) {
        GdbPlugin.addTo(layer);
      }
      if (request.has(PERF_SUPPORT)) {
        PerfPlugin.addTo(layer);
      }
    }
    process = session.createBareJITDylib("Process");
    if (!request.has(NO_PROCESS_SYMBOLS)) {
      process.addGenerator(
          program == null ? new UnrunProcessSymbols(target.pointerSize()) : ProcessSymbols.all());
      if (target.pointerSize() == Long.BYTES) {
        process.addGenerator(new CxxRuntime());
      }
    }
  }

  /**
   * Opens a session.
   *
   * @param names the JITDylibs to make
   * @throws CommandException if code of the target is to be run and cannot be
   */
  static LinkSession open(
      JitlinkRequest request, Target target, Set<String> names, ErrorReporter reporter) {
    if (!request.has(NOEXEC) && !target.equals(InProcessMemoryManager.shared().target())) {
      throw new CommandException(
          "the inputs are for %s and this process is %s: use -noexec, which links without running"
              .formatted(target.name(), InProcessMemoryManager.shared().target().name()));
    }
    LinkSession opened = new LinkSession(request, target, reporter);
    names.forEach(name -> opened.dylibs.put(name, opened.session.createJITDylib(name)));
    return opened;
  }

  private static MemoryManager memory(JitlinkRequest request, Target target) {
    if (!request.has(NOEXEC)) {
      return InProcessMemoryManager.shared();
    }
    long pageSize = HOST_PAGE;
    long address = target.pointerSize() < Long.BYTES ? NARROW_SLAB : -1;
    if (request.slab().isPresent()) {
      pageSize = request.slab().get().pageSize().orElse(pageSize);
      address = request.slab().get().address().orElse(address);
    }
    if (address == -1) {
      long library = DynamicLinker.systemSymbol("environ");
      address = library - BELOW_LIBRARIES & -pageSize;
    }
    return new SlabMemoryManager(address, Long.MAX_VALUE, pageSize);
  }

  ExecutionSession session() {
    return session;
  }

  ObjectLinkingLayer layer() {
    return layer;
  }

  Target target() {
    return target;
  }

  JITDylib main() {
    return dylib(InputPlan.MAIN);
  }

  /** {@return the JITDylib that an input belongs to} */
  JITDylib dylib(String name) {
    return Objects.requireNonNull(dylibs.get(name));
  }

  /** {@return the JITDylib that somebody named, or null} */
  @Nullable JITDylib findDylib(String name) {
    return dylibs.get(name);
  }

  /** Makes the session close an archive. */
  void adopt(StaticLibrary archive) {
    archives.add(archive);
  }

  /** After all inputs: whoever has not found a symbol looks in the process. */
  void completeLinkOrders(JitlinkRequest request) {
    Collection<JITDylib> all = dylibs.values();
    all.forEach(dylib -> dylib.addToLinkOrder(process));
    if (request.has(PHONY_EXTERNALS)) {
      main().addGenerator(new PhonyExternals());
    }
  }

  /** {@return the address of the entry} Links what it needs. */
  long lookUp(String entry) {
    SearchOrder.Builder order = SearchOrder.builder();
    dylibs.values().forEach(dylib -> order.add(dylib, MATCH_ALL_SYMBOLS));
    return session.lookup(order.build(), entry).address();
  }

  /**
   * Runs a program.
   *
   * @param main the address of its main function
   * @param arguments from argv[0] on
   * @return its status
   */
  int run(long main, List<String> arguments) {
    Program runnable = Objects.requireNonNull(program);
    ProgramDefaults.restoreLocale();
    ProgramDefaults.restoreSignals();
    // The program's threads may read their arguments for as long as the process lives.
    return new MainFunction(runnable.guard, runnable.platform, main())
        .run(main, arguments, Arena.global());
  }

  @Override
  public void close() {
    session.close();
    archives.forEach(StaticLibrary::close);
  }
}
