package uruk.tools.source;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.tools.CommandException;

/**
 * Compiles source files to objects, all files at the same time. The compiler's messages go to the
 * process's stderr as they come.
 */
public final class SourceCompiler {

  private final ObjectCache cache;
  private final Optional<String> chosenCompiler;
  private final List<String> options;

  /**
   * Creates a compiler.
   *
   * @param cache holds objects of earlier runs
   * @param chosenCompiler the command to use instead of the language's usual one
   * @param options options for the compiler, such as {@code -O2} or {@code -DNDEBUG}
   */
  public SourceCompiler(ObjectCache cache, Optional<String> chosenCompiler, List<String> options) {
    this.cache = cache;
    this.chosenCompiler = chosenCompiler;
    this.options = List.copyOf(options);
  }

  /** A compilation that was started, or found to be unnecessary. */
  public sealed interface Compilation {

    /** The object of an earlier run is still good. */
    record Cached(Path object) implements Compilation {}

    /** The compiler is running. */
    record Running(Path source, ObjectCache.NewEntry entry, String compiler, Process process)
        implements Compilation {}
  }

  /**
   * Starts compiling a file, unless the cache has its object.
   *
   * @param source the source file
   * @param language its language
   * @return to be handed to {@link #await}
   */
  public Compilation start(Path source, SourceLanguage language) {
    String compiler = chosenCompiler.orElse(language.compiler());
    Path executable = findOnPath(compiler, source);
    ObjectCache.Key key = cache.key(source, executable, options);
    Optional<Path> cached = cache.find(key);
    if (cached.isPresent()) {
      return new Compilation.Cached(cached.get());
    }
    ObjectCache.NewEntry entry = cache.create(key);
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.addAll(options);
    command.addAll(List.of("-MD", "-MF", entry.dependencies().toString()));
    command.addAll(List.of("-c", source.toString(), "-o", entry.object().toString()));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.INHERIT)
              .start();
      return new Compilation.Running(source, entry, compiler, process);
    } catch (IOException e) {
      throw new CommandException("%s: %s cannot be started".formatted(source, compiler), e);
    }
  }

  /**
   * Waits for a compilation.
   *
   * @param compilation from {@link #start}
   * @return the object
   */
  public Path await(Compilation compilation) {
    return switch (compilation) {
      case Compilation.Cached cached -> cached.object();
      case Compilation.Running running -> {
        int status = awaitExit(running);
        if (status != 0) {
          running.entry().discard();
          throw new CommandException(
              "%s: %s ended with status %d, its messages are above"
                  .formatted(running.source(), running.compiler(), status));
        }
        yield running.entry().commit();
      }
    };
  }

  private static int awaitExit(Compilation.Running running) {
    try {
      return running.process().waitFor();
    } catch (InterruptedException e) {
      running.process().destroy();
      Thread.currentThread().interrupt();
      throw new CommandException("%s: interrupted while compiling".formatted(running.source()), e);
    }
  }

  private static Path findOnPath(String compiler, Path source) {
    if (compiler.contains("/")) {
      return Path.of(compiler);
    }
    String searched = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String folder : searched.split(":", -1)) {
      Path candidate = Path.of(folder, compiler);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new CommandException(
        "%s: no '%s' on the PATH to compile it. Install a compiler (Debian: gcc, g++), or name one with --cc."
            .formatted(source, compiler));
  }
}
