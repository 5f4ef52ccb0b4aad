package uruk.tools.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExecutablesTest {

  /** A zero byte stands for what a locale's encoding does not have. */
  @Test
  void foldersThatJavaCannotNameArePassedOver() {
    assertThat(Executables.find("sh", "/no\0name:/bin")).contains(Path.of("/bin/sh"));
  }
}
