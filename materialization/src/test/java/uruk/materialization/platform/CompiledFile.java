package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Object files for tests that run in processes of their own. */
final class CompiledFile {
  private CompiledFile() {}

  /** {@return the object of a source text, beside which it is written} */
  static Path compile(
      Path directory, String compiler, String name, String source, String... options)
      throws Exception {
    Path file = Files.writeString(directory.resolve(name), source);
    Path object = directory.resolve(name.substring(0, name.indexOf('.')) + ".o");
    List<String> command = new ArrayList<>(List.of(compiler, "-fPIC", "-c"));
    command.addAll(List.of(options));
    command.addAll(List.of(file.toString(), "-o", object.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String messages = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(messages).isZero();
    return object;
  }
}
