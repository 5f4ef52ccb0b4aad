package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import uruk.jitlink.LinkException;

/** Whatever bytes a fuzzer finds: a result, or an error of ours. */
class ArchiveFuzzTest {
  @FuzzTest(maxDuration = "30m")
  void archiveIsReadOrRefused(byte[] bytes) {
    if (FileKind.of(bytes) == FileKind.THIN_ARCHIVE) {
      return; // Its members are whatever files of this machine the fuzzer names.
    }
    try {
      assertThat(HostileArchiveTest.readEverything(bytes)).isNotNegative();
    } catch (LinkException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest(maxDuration = "30m")
  void scriptIsReadOrRefused(byte[] bytes) {
    try {
      assertThat(
              LinkerScript.parse(Path.of("s"), new String(bytes, StandardCharsets.UTF_8)).inputs())
          .hasSizeLessThanOrEqualTo(bytes.length);
    } catch (MalformedLinkerScriptException refused) {
      assertThat(refused.line()).isPositive();
    }
  }
}
