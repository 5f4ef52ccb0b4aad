package uruk.jitlink.archive;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the text, the script reader ends with a result or with an error of ours. */
class LinkerScriptFuzz {

  @MethodSource("scripts")
  @FuzzTest
  void script(byte[] bytes) {
    try {
      LinkerScript.parse(Path.of("script"), new String(bytes, StandardCharsets.UTF_8));
    } catch (MalformedLinkerScriptException refused) {
      // What hostile text should give.
    }
  }

  static Stream<byte[]> scripts() {
    return ArchiveMutationTest.scripts().stream();
  }
}
