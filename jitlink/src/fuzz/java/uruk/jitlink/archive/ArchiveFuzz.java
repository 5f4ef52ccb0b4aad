package uruk.jitlink.archive;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.LinkException;

/** Whatever the bytes, the archive reader ends with a result or with an error of ours. */
class ArchiveFuzz {

  @MethodSource("archives")
  @FuzzTest
  void archive(byte[] bytes) {
    try {
      HostileArchiveTest.readEverything(bytes);
    } catch (LinkException refused) {
      // What hostile bytes should give.
    }
  }

  static Stream<byte[]> archives() {
    return ArchiveMutationTest.archives().stream();
  }
}
