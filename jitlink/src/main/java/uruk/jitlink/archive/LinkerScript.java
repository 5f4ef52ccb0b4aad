package uruk.jitlink.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of GNU ld's script language that stands in for a library, as in {@code
 * /usr/lib/x86_64-linux-gnu/libc.so}: {@code INPUT}, {@code GROUP}, {@code AS_NEEDED}, {@code
 * SEARCH_DIR}, {@code OUTPUT_FORMAT}, comments and quoted names. {@code OUTPUT_ARCH} is read over:
 * the format says as much. Every other command is an error, because it would change the link.
 *
 * <p>{@code INPUT} and {@code GROUP} mean the same here. They differ in how often archives are
 * searched, and a JIT searches all of them whenever a symbol is missing.
 *
 * @param path the script
 * @param inputs what it names, in order
 * @param searchDirectories its {@code SEARCH_DIR}s, in order, as written
 * @param outputFormat what it is for, such as {@code elf64-x86-64}, if it says so
 */
public record LinkerScript(
    Path path, List<Input> inputs, List<String> searchDirectories, Optional<String> outputFormat) {

  /** Real scripts have a few hundred bytes; a larger text file is something else. */
  static final int MAX_BYTES = 1 << 20;

  /**
   * One file or library that a script names.
   *
   * @param name a file name, or {@code -lX}
   * @param asNeeded whether it stood inside {@code AS_NEEDED}
   * @param line where, from 1
   * @param column where, from 1
   */
  public record Input(String name, boolean asNeeded, int line, int column) {}

  /** Copies the lists. */
  public LinkerScript {
    inputs = List.copyOf(inputs);
    searchDirectories = List.copyOf(searchDirectories);
  }

  /**
   * Reads a script.
   *
   * @param path a text file
   * @return what it says
   * @throws MalformedLinkerScriptException if it is not a script, or does more than name inputs
   * @throws UnreadableFileException if it cannot be read
   */
  public static LinkerScript read(Path path) {
    FileKind.requireRegularFile(path);
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new UnreadableFileException(
            path,
            "a text file of more than %d bytes is no linker script".formatted(MAX_BYTES),
            "Give an object file, an archive or a library.",
            null);
      }
      return parse(path, new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw UnreadableFileException.of(path, e);
    }
  }

  /**
   * Parses a script's text.
   *
   * @param path names the script in messages
   * @param text the script
   * @return what it says
   * @throws MalformedLinkerScriptException if it is not a script, or does more than name inputs
   */
  public static LinkerScript parse(Path path, String text) {
    var inputs = new ArrayList<Input>();
    var searchDirectories = new ArrayList<String>();
    var formats = new ArrayList<String>();
    new LinkerScriptParser(path, text, inputs, searchDirectories, formats).parse();
    return new LinkerScript(path, inputs, searchDirectories, formats.stream().findFirst());
  }
}
