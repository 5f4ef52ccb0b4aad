package uruk.bench.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Compiles source texts with the system's compiler. */
public final class CompiledSource {
  private CompiledSource() {}

  /**
   * {@return what the compiler makes of a source}
   *
   * @param options what to make of it
   */
  public static Path compile(String compiler, String name, String source, List<String> options) {
    try {
      Path folder = Files.createTempDirectory("uruk-bench");
      Path file = Files.writeString(folder.resolve(name), source);
      Path output = folder.resolve("out");
      List<String> command =
          Stream.of(
                  List.of(compiler, "-O2"),
                  options,
                  List.of(file.toString(), "-o", output.toString()))
              .flatMap(List::stream)
              .toList();
      if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
        throw new IllegalStateException(command + " failed");
      }
      return output;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
