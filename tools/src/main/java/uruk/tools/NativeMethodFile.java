package uruk.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import uruk.jitlink.host.NativeMethodLibrary;

/** Has the build write the library by which starts make calls of native code. Not for users. */
final class NativeMethodFile {
  /** The hidden word behind {@code uruk}; the file follows. */
  static final String WORD = "--write-native-method";

  private NativeMethodFile() {}

  /** Writes the library where there is one for the machine; without it starts are slower. */
  static int write(List<String> words) {
    try {
      var _ = NativeMethodLibrary.write(Path.of(words.getFirst()));
      return ExitStatus.SUCCESS;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
