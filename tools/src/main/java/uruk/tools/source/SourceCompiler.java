package uruk.tools.source;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import uruk.tools.CommandException;

/**
 * Compiles source files to objects, all files at the same time. The compiler's messages go to the
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
  public sealed interface Compilation {

    /** The object of an earlier run is still good. */
    record Cached(Compiled compiled) implements Compilation {}

    /** The compiler is running. */
    record Running(
        SourceFile source,
        CompilerDriver driver,
        ObjectCache.NewEntry entry,
        String compiler,
        Process process)
        implements Compilation {}
  }

  /**
   * Starts compiling a file, unless the cache has its object.
   *
   * @param source the source file
   * @return to be handed to {@link #await}
   */
  public Compilation start(SourceFile source) {
    String compiler = options.command(source.language());
    Path executable = find(compiler, source);
    CompilerDriver driver = options.driver(source.language());
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
    try {
      Process process = command.start();
      send(input, process);
      return new Compilation.Running(source, driver, entry, compiler, process);
    } catch (IOException e) {
      throw new CommandException("%s: %s cannot be started".formatted(source.path(), compiler), e);
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
  public Compiled await(Compilation compilation) {
    return switch (compilation) {
      case Compilation.Cached cached -> cached.compiled();
      case Compilation.Running running -> {
        try {
          yield compiled(running);
        } finally {
          running.driver().cleanUp(running.entry());
        }
      }
    };
  }

  private static Compiled compiled(Compilation.Running running) {
    int status = awaitExit(running);
    if (status != 0) {
      running.entry().discard();
      throw new CommandException(
          "%s: %s ended with status %d, its messages are above"
              .formatted(running.source().path(), running.compiler(), status));
    }
    return running.entry().commit(running.driver().finish(running.source(), running.entry()));
  }

  private static int awaitExit(Compilation.Running running) {
    try {
      return running.process().waitFor();
    } catch (InterruptedException e) {
      running.process().destroy();
      Thread.currentThread().interrupt();
      throw new CommandException(
          "%s: interrupted while compiling".formatted(running.source().path()), e);
    }
  }

  private static Path find(String compiler, SourceFile source) {
    if (compiler.contains("/")) {
      return Path.of(compiler);
    }
    return Executables.find(compiler)
        .orElseThrow(() ->
            new CommandException(
                "%s: no '%s' on the PATH to compile it. %s"
                    .formatted(source.path(), compiler, remedy(source.language()))));
  }

  private static String remedy(SourceLanguage language) {
    return switch (language) {
      case C, CPLUSPLUS, ASSEMBLY, PREPROCESSED_ASSEMBLY ->
          "Install a compiler (Debian: gcc, g++), or name one with --cc.";
      case RUST -> "Install Rust: https://rustup.rs, or Debian's package rustc.";
    };
  }
}
