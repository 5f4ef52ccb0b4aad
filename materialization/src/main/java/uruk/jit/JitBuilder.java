package uruk.jit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import uruk.jitlink.Targets;
import uruk.jitlink.graph.Target;
import uruk.jitlink.host.LibraryLog;
import uruk.materialization.BindingPolicy;
import uruk.materialization.platform.GdbPlugin;
import uruk.materialization.platform.Guard;
import uruk.materialization.platform.PerfPlugin;
import uruk.orc.ErrorReporter;
import uruk.orc.ExecutionSession;
import uruk.orc.TaskDispatcher;

/** Chooses how a program is run; made by {@link Jit#builder}. Not thread-safe. */
public final class JitBuilder {
  private static final Logger LOGGER = LibraryLog.of(Jit.class);

  final ExecutionSession.Builder session =
      ExecutionSession.builder().errorReporter(error -> LOGGER.warn(error.getMessage(), error));

  boolean guarded = true;
  private boolean gdb;
  private boolean perf;
  private BindingPolicy bindingPolicy = BindingPolicy.STUB;
  final List<Path> searchPath = new ArrayList<>();
  Targets targets = Targets.standard();
  Consumer<String> warnings = LOGGER::warn;

  JitBuilder() {}

  /**
   * Chooses whether function handles and bound interfaces go through the {@link Guard}, true by
   * default. Without it a call is some nanoseconds faster, and a fault in it ends the process.
   */
  public JitBuilder guard(boolean guardCalls) {
    guarded = guardCalls;
    return this;
  }

  /**
   * Tells GDB of linked objects, so that it knows their functions, lines and variables; see {@link
   * GdbPlugin}. Off by default: it costs pages of its own and a copy of its debug information for
   * each object.
   */
  public JitBuilder gdb() {
    gdb = true;
    return this;
  }

  /**
   * Tells Linux's perf of linked functions; see {@link PerfPlugin}. Off by default: it costs pages
   * of its own for each object, and writes files.
   */
  public JitBuilder perf() {
    perf = true;
    return this;
  }

  /**
   * Chooses how calls between the program's objects are bound; {@link BindingPolicy#STUB} by
   * default.
   */
  public JitBuilder bindingPolicy(BindingPolicy policy) {
    bindingPolicy = policy;
    return this;
  }

  /**
   * Adds folders in which {@link Jit#addLibrary(String)} looks before it looks where the system
   * keeps its libraries, as {@code -L} does for a compiler driver.
   */
  public JitBuilder searchPath(Path... folders) {
    searchPath.addAll(List.of(folders));
    return this;
  }

  /**
   * Reads objects of a machine by a target from outside of this library, which wins over those of
   * the library. Code runs only if it is for the machine that the JVM runs on.
   */
  public JitBuilder target(Target target) {
    targets = targets.with(target);
    return this;
  }

  /** Links with the given dispatcher, which {@link Jit#close} closes; in place by default. */
  public JitBuilder dispatcher(TaskDispatcher dispatcher) {
    session.dispatcher(dispatcher);
    return this;
  }

  /**
   * Reports errors to the given sink, also those that a caller gets as an exception; by default
   * they are logged as warnings.
   */
  public JitBuilder errorReporter(ErrorReporter reporter) {
    session.errorReporter(reporter);
    return this;
  }

  /**
   * Gives warnings to a sink: those that objects attach to the use of their symbols, and which
   * libraries were passed over because they are for other machines. Logged by default.
   */
  public JitBuilder warnings(Consumer<String> sink) {
    warnings = sink;
    return this;
  }

  /** {@return a new program without objects} */
  public Jit create() {
    Jit jit = new Jit(this);
    jit.objects().setBindingPolicy(jit.main(), bindingPolicy);
    if (gdb) {
      GdbPlugin.addTo(jit.objects());
    }
    if (perf) {
      PerfPlugin.addTo(jit.objects());
    }
    return jit;
  }
}
