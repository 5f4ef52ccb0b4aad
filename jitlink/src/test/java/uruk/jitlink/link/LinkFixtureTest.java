package uruk.jitlink.link;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fixture below {@code link/<target>/} links, or fails, as its comments say. */
class LinkFixtureTest {

  @TempDir Path directory;

  @ParameterizedTest(name = "{0}")
  @MethodSource("fixtures")
  void linksAsItsCommentsSay(String name, Path fixture) throws Exception {
    LinkFixture.read(fixture).verify(directory);
  }

  static Stream<Arguments> fixtures() throws IOException, URISyntaxException {
    return Stream.of("x86_64", "i386", "aarch64")
        .flatMap(LinkFixtureTest::of)
        .map(file -> Arguments.of(file.getParent().getFileName() + "/" + file.getFileName(), file));
  }

  private static Stream<Path> of(String target) {
    try {
      return LinkFixture.of(target);
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
