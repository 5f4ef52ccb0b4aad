package uruk.tools.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A file to compile.
 *
 * @param path as given
 * @param language what it is written in
 * @param script whether its first line is for the shell and not for the compiler: {@code
 *     #!/usr/bin/env -S uruk run}
 */
public record SourceFile(Path path, SourceLanguage language, boolean script) {

  private static final byte[] SCRIPT_START = "#!".getBytes(StandardCharsets.US_ASCII);

  /**
   * {@return the source file that a word of the command line names, or nothing if it names no
   * source file} A script without a known suffix is written in C.
   */
  public static Optional<SourceFile> of(String word) {
    Optional<SourceLanguage> language = SourceLanguage.of(word);
    boolean script = isScript(word);
    if (language.isEmpty() && script) {
      language = Optional.of(SourceLanguage.C);
    }
    return language.map(known -> new SourceFile(Path.of(word), known, script));
  }

  /** {@return whether a file begins as a script does; false if it cannot be read} */
  public static boolean isScript(String file) {
    try (InputStream content = Files.newInputStream(Path.of(file))) {
      return Arrays.equals(content.readNBytes(SCRIPT_START.length), SCRIPT_START);
    } catch (IOException _) {
      return false;
    }
  }
}
