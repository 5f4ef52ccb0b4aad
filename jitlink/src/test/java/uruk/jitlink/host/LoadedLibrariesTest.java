package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedLibrariesTest {
  @TempDir Path folder;

  /** A file's name may have any bytes; the kernel lists it, and Java has no path for it. */
  @Test
  void librariesWithOddNamesHideNoOthers() throws Exception {
    String script =
        """
        odd=$(printf 'odd\\351.so')
        echo 'int oddly_named_function(void) { return 1; }' >source.c
        gcc -shared -fPIC -o "$odd" source.c && ln -s "$odd" link.so
        """;
    Process process =
        new ProcessBuilder("sh", "-c", script).directory(folder.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
    DynamicLinker.open(folder.resolve("link.so").toString(), DynamicLinker.RTLD_NOW);

    assertThat(LoadedLibraries.exportedNames("puts"::equals)).contains("puts");
  }
}
