package uruk.materialization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.ObjectFile;

/** Compiles source text of tests with the system's compiler, which the tests require. */
public final class Compiler {
  private Compiler() {}

  /** Compiles C. */
  public static ObjectFile c(String name, String source, String... options) {
    return compile("gcc", name + ".c", source, options);
  }

  /** Compiles C++. */
  public static ObjectFile cpp(String name, String source, String... options) {
    return compile("g++", name + ".cpp", source, options);
  }

  /** Assembles the GNU assembler's language. */
  public static ObjectFile assembly(String name, String source) {
    return compile("gcc", name + ".s", source);
  }

  private static ObjectFile compile(
      String compiler, String fileName, String source, String... options) {
    return ObjectFile.of(
        fileName.replaceFirst("\\..*", ".o"), bytes(compiler, fileName, source, options));
  }

  /** {@return the object file that a compiler writes} */
  public static byte[] bytes(String compiler, String fileName, String source, String... options) {
    try {
      Path folder = Files.createTempDirectory("uruk-test");
      try {
        Path file = Files.writeString(folder.resolve(fileName), source);
        Path output = folder.resolve("out.o");
        List<String> command = new ArrayList<>(List.of(compiler, "-O1", "-fPIC", "-c"));
        command.addAll(List.of(options));
        command.addAll(List.of(file.toString(), "-o", output.toString()));
        run(command);
        return Files.readAllBytes(output);
      } finally {
        try (var files = Files.list(folder)) {
          files.forEach(file -> file.toFile().delete());
        }
        Files.delete(folder);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(command + " failed:\n" + output);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
