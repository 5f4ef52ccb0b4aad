package uruk.tools.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.tools.CommandException;

/** Machine code as the system's objdump(1) shows it. */
final class Disassembly {
  private static final List<String> PROGRAM =
      List.of("objdump", "--demangle", "--no-show-raw-insn", "--wide");

  private Disassembly() {}

  /**
   * {@return objdump's lines for an object}
   *
   * @param object the object's bytes, which may be a member of an archive
   * @param symbol the only function to be shown
   */
  static List<String> of(byte[] object, Optional<String> symbol) {
    List<String> command = new ArrayList<>(PROGRAM);
    // With one symbol objdump shows the relocations before it as well.
    command.addAll(
        symbol
            .map(name -> List.of("--disassemble=" + name))
            .orElse(List.of("--disassemble", "--reloc")));
    try {
      Path file = Files.createTempFile("uruk-inspect", ".o");
      try {
        Files.write(file, object);
        command.add(file.toString());
        return withoutTitle(run(command));
      } finally {
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new CommandException(
          "objdump cannot be run: %s. Install binutils, or leave --disassemble."
              .formatted(failure.getMessage()),
          failure);
    }
  }

  private static String run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** The first lines name the temporary file. */
  private static List<String> withoutTitle(String output) {
    return output.lines().dropWhile(line -> !line.startsWith("Disassembly")).toList();
  }
}
