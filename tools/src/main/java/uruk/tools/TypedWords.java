package uruk.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jit.NativeText;

/**
 * The command line's words as they were typed. Java reads them in the locale's encoding and puts
 * U+FFFD in the place of what is none of its characters; a program's arguments may be any bytes.
 */
final class TypedWords {

  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private TypedWords() {}

  /**
   * {@return the words, of which bytes that are no UTF-8 are kept as {@link NativeText} has them}
   *
   * @param words as Java has read them
   */
  static List<String> of(List<String> words) {
    if (words.stream().noneMatch(word -> word.indexOf('\uFFFD') >= 0)) {
      return words;
    }
    try {
      List<String> all = split(Files.readAllBytes(COMMAND_LINE));
      return all.size() < words.size() ? words : all.subList(all.size() - words.size(), all.size());
    } catch (IOException _) {
      return words;
    }
  }

  private static List<String> split(byte[] commandLine) {
    List<String> words = new ArrayList<>();
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    for (byte each : commandLine) {
      if (each == 0) {
        words.add(NativeText.decode(word.toByteArray()));
        word.reset();
      } else {
        word.write(each);
      }
    }
    return words;
  }
}
