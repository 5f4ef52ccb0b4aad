package uruk.tools.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import uruk.jitlink.host.Demangler;
import uruk.tools.CommandException;

/** Machine code as the system's objdump(1) shows it. */
final class Disassembly {
  private static final List<String> PROGRAM =
      List.of("objdump", "--demangle", "--no-show-raw-insn", "--wide");

  private static final String OTHER_MACHINE = "can't disassemble for architecture";
  private static final Pattern SECTION = Pattern.compile("(?m)^(?=Disassembly of section )");
  private static final Predicate<String> CODE = Pattern.compile("^ *[0-9a-f]+:\\s").asPredicate();

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
            .map(name -> List.of("--disassemble=" + asObjdumpNames(name)))
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

  /** Once it demangles, objdump knows functions by their demangled names alone. */
  private static String asObjdumpNames(String symbol) {
    String demangled = Demangler.demangle(symbol);
    return demangled == null ? symbol : demangled;
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (output.contains(OTHER_MACHINE)) {
      throw new CommandException(
          "objdump does not know this object's machine. Install binutils-multiarch, or leave"
              + " --disassemble.");
    }
    return output;
  }

  /** The first lines name the temporary file; sections without the wanted function are empty. */
  private static List<String> withoutTitle(String output) {
    List<String> lines = new ArrayList<>();
    for (String section : SECTION.splitAsStream(output).toList()) {
      if (section.startsWith("Disassembly") && section.lines().anyMatch(CODE)) {
        section.stripTrailing().lines().forEach(lines::add);
        lines.add("");
      }
    }
    return lines.isEmpty() ? lines : lines.subList(0, lines.size() - 1);
  }
}
