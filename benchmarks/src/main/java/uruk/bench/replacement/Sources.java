package uruk.bench.replacement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import uruk.bench.platform.CompiledSource;

/** The programs that are replaced, made by the system's C compiler. */
final class Sources {
  /** How many functions the object has that is replaced. */
  static final int FUNCTIONS = 100;

  /** How many calls of each function another object has. */
  private static final int SITES_EACH = 10;

  private Sources() {}

  /** {@return the object with many functions, which return different values in each version} */
  static Path library(int version) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < FUNCTIONS; i++) {
      text.append("int f%d(int x) { return x + %d; }%n".formatted(i, version * FUNCTIONS + i));
    }
    return object("library" + version, text.toString());
  }

  /** {@return an object that calls each function from ten places; {@code sum} makes all calls} */
  static Path users() {
    StringBuilder text = new StringBuilder();
    StringBuilder sum = new StringBuilder("int sum(int x) { int s = 0;");
    for (int i = 0; i < FUNCTIONS; i++) {
      text.append("int f%d(int);%n".formatted(i));
    }
    for (int i = 0; i < FUNCTIONS; i++) {
      text.append("int g%d(int x) { int s = 0;".formatted(i));
      for (int site = 0; site < SITES_EACH; site++) {
        text.append(" s += f%d(x + s);".formatted((i * SITES_EACH + site) % FUNCTIONS));
      }
      text.append(" return s; }\n");
      sum.append(" s += g%d(x);".formatted(i));
    }
    return object("users", text.append(sum).append(" return s; }\n").toString());
  }

  /** {@return an object made of C source} */
  static Path object(String name, String source) {
    return CompiledSource.compile("cc", name + ".c", source, List.of("-fPIC", "-c"));
  }

  /** {@return the content of an object} */
  static byte[] content(Path object) {
    try {
      return Files.readAllBytes(object);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
