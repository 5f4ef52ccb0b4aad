package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.host.AddressReserve.Placement;

class LoadedLibrariesTest {
  @TempDir Path folder;

  /** A file's name may have any bytes; the kernel lists it, and Java has no path for it. */
  @Test
  void librariesWithOddNamesHideNoOthersAndNoRoom() throws Exception {
    String script =
        """
        odd=$(printf 'odd\\351.so')
        echo 'int oddly_named_function(void) { return 1; }' >source.c
        gcc -shared -fPIC -o "$odd" source.c && ln -s "$odd" link.so
        """;
    Process process =
        new ProcessBuilder("sh", "-c", script).directory(folder.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
    long library = DynamicLinker.open(folder.resolve("link.so").toString(), DynamicLinker.RTLD_NOW);

    try {
      assertThat(LoadedLibraries.exportedNames("puts"::equals)).contains("puts");
      assertThat(AddressReserve.open("beside-odd", 1 << 20, 0, 4096, 0, Placement.LOW).base())
          .isLessThan(1L << 31);
    } finally {
      DynamicLinker.close(library);
    }
  }
}
