package uruk.tools.source;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import uruk.tools.CommandException;
import uruk.tools.ProcessExit;

/**
 * Compiles source files to objects, several at the same time. The compiler's messages go to the
 * process's stderr as they come.
 */
public final class SourceCompiler {

  private final ObjectCache cache;
  private final CompilerOptions options;

  /**
   * Creates a compiler.
   *
   * @param cache holds objects of earlier runs
   * @param options how to compile
   */
  public SourceCompiler(ObjectCache cache, CompilerOptions options) {
    this.cache = cache;
    this.options = options;
  }

  /**
   * What became of a source file.
   *
   * @param object the object
   * @param libraries archives that it has to be linked with, in order
   * @param files what the compiler has read: the source, and what it includes
   */
  public record Compiled(Path object, List<Path> libraries, List<Path> files) {}

  /** A compilation that was started, or found to be unnecessary. */
  sealed interface Compilation {

    /** The object of an earlier run is still good. */
    record Cached(Compiled compiled) implements Compilation {}

    /**
     * The compiler is running.
     *
     * @param abandon ends it and removes its files when the process is ended, by Ctrl-C for example
     */
    record Running(
        SourceFile source,
        CompilerDriver driver,
        ObjectCache.NewEntry entry,
        String compiler,
        Process process,
        Thread abandon)
        implements Compilation {}
  }

  private record Started(SourceFile source, Compilation compilation) {}

  /**
   * Compiles files, as many at a time as there are processors.
   *
   * @return what became of each, by its path
   * @throws CommandException the first failure; the other files have been compiled nevertheless,
   *     and are in the cache next time
   */
  public Map<Path, Compiled> compile(Collection<SourceFile> sources) {
    Map<Path, Compiled> compiled = new LinkedHashMap<>();
    List<CommandException> failures = new ArrayList<>();
    Deque<Started> running = new ArrayDeque<>();
    for (SourceFile source : sources) {
      if (running.size() == Runtime.getRuntime().availableProcessors()) {
        finish(running.removeFirst(), compiled, failures);
      }
      try {
        running.addLast(new Started(source, start(source)));
      } catch (CommandException failure) {
        failures.add(failure);
      }
    }
    running.forEach(each -> finish(each, compiled, failures));
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    return compiled;
  }

  private void finish(
      Started started, Map<Path, Compiled> compiled, List<CommandException> failures) {
    try {
      compiled.put(started.source().path(), await(started.compilation()));
    } catch (CommandException failure) {
      failures.add(failure);
    }
  }

  /**
   * Starts compiling a file, unless the cache has its object.
   *
   * @param source the source file
   * @return to be handed to {@link #await}
   */
  Compilation start(SourceFile source) {
    String compiler = options.command(source.language());
    Path executable = find(compiler, source);
    CompilerDriver driver = options.driver(source);
    ObjectCache.Key key = cache.key(source.path(), executable, driver.options());
    Optional<Compiled> cached = cache.find(key);
    if (cached.isPresent()) {
      return new Compilation.Cached(cached.get());
    }
    ObjectCache.NewEntry entry = cache.create(key);
    byte[] input = driver.input(source);
    ProcessBuilder command =
        new ProcessBuilder(driver.command(executable, source, entry))
            .redirectInput(input.length == 0 ? Redirect.from(new File("/dev/null")) : Redirect.PIPE)
            .redirectOutput(driver.output(entry))
            .redirectError(Redirect.INHERIT);
    // Before the compiler starts: from then on the process may end at any moment.
    Abandonment abandonment = new Abandonment(driver, entry);
    Thread abandon = new Thread(abandonment);
    try {
      ProcessExit.addsHook();
      Runtime.getRuntime().addShutdownHook(abandon);
      Process process = abandonment.start(command);
      send(input, process);
      return new Compilation.Running(source, driver, entry, compiler, process, abandon);
    } catch (IOException e) {
      driver.cleanUp(entry);
      entry.discard();
      forgetToAbandon(source, abandon);
      throw new CommandException(
          "%s: %s cannot be started: %s".formatted(source.path(), compiler, e.getMessage()), e);
    } catch (IllegalStateException shutdown) {
      driver.cleanUp(entry);
      entry.discard();
      throw interrupted(source, shutdown);
    }
  }

  /** What is to be done if the process ends while a compiler runs. */
  private static final class Abandonment implements Runnable {
    private final CompilerDriver driver;
    private final ObjectCache.NewEntry entry;
    private boolean begun; // guarded by this
    private @Nullable Process process; // guarded by this

    Abandonment(CompilerDriver driver, ObjectCache.NewEntry entry) {
      this.driver = driver;
      this.entry = entry;
    }

    /**
     * {@return the compiler, started}
     *
     * @throws IllegalStateException if the process is ending
     */
    synchronized Process start(ProcessBuilder command) throws IOException {
      if (begun) {
        throw new IllegalStateException("the process is ending");
      }
      Process started = command.start();
      process = started;
      return started;
    }

    @Override
    public synchronized void run() {
      begun = true;
      if (process != null) {
        process.destroyForcibly().onExit().join();
      }
      driver.cleanUp(entry);
      entry.discard();
    }
  }

  private static void send(byte[] input, Process process) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException _) {
      // The compiler has ended early, and its status and messages say why.
    }
  }

  /**
   * Waits for a compilation.
   *
   * @param compilation from {@link #start}
   * @return the object
   */
  Compiled await(Compilation compilation) {
    // No switch over types: the JDK makes a class of each at every start.
    if (compilation instanceof Compilation.Cached(Compiled compiled)) {
      return compiled;
    }
    Compilation.Running running = (Compilation.Running) compilation;
    try {
      return compiled(running);
    } catch (CommandException failure) {
      running.entry().discard();
      throw failure;
    } finally {
      running.driver().cleanUp(running.entry());
      // Last: until now the process may end at any moment.
      forgetToAbandon(running.source(), running.abandon());
    }
  }

  private static Compiled compiled(Compilation.Running running) {
    int status = awaitExit(running);
    if (status != 0) {
      throw new CommandException(
          "%s: %s ended with status %d, its messages are above"
              .formatted(running.source().path(), running.compiler(), status));
    }
    List<Path> libraries = running.driver().finish(running.source(), running.entry());
    if (!running.entry().isComplete()) {
      throw new CommandException(
          "%s: %s ended with status 0, but has not written an object and the list of what it read. A compiler with the options of cc is needed (-c, -o, -MD, -MF)."
              .formatted(running.source().path(), running.compiler()));
    }
    return running.entry().commit(libraries);
  }

  /** Ctrl-C at a terminal ends the compiler too, and what it leaves is being removed. */
  private static void forgetToAbandon(SourceFile source, Thread abandon) {
    try {
      Runtime.getRuntime().removeShutdownHook(abandon);
      ProcessExit.removedHook();
    } catch (IllegalStateException shutdown) {
      throw interrupted(source, shutdown);
    }
  }

  private static CommandException interrupted(SourceFile source, Exception cause) {
    return new CommandException("%s: interrupted while compiling".formatted(source.path()), cause);
  }

  private static int awaitExit(Compilation.Running running) {
    try {
      return running.process().waitFor();
    } catch (InterruptedException e) {
      running.process().destroy();
      Thread.currentThread().interrupt();
      throw interrupted(running.source(), e);
    }
  }

  private static Path find(String compiler, SourceFile source) {
    boolean isPath = compiler.contains("/");
    Optional<Path> found =
        isPath
            ? Optional.of(Path.of(compiler)).filter(Executables::isExecutable)
            : Executables.find(compiler);
    return found.orElseThrow(() ->
        new CommandException(
            "%s: no %s to compile it. %s"
                .formatted(
                    source.path(),
                    isPath ? "program " + compiler : "'" + compiler + "' on the PATH",
                    remedy(source.language()))));
  }

  private static String remedy(SourceLanguage language) {
    return switch (language) {
      case C, CPLUSPLUS, ASSEMBLY, PREPROCESSED_ASSEMBLY ->
          "Install a compiler (Debian: gcc, g++), or name one with --cc.";
      case RUST -> "Install Rust: https://rustup.rs, or Debian's package rustc.";
    };
  }
}
