package uruk.tools.doctor;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.tools.source.Executables;

/** The programs that Uruk starts, or that its users start beside it. */
final class ToolChecks {

  /** One program each. */
  private enum Tool {
    C("C compiler", "cc", "No C sources can be run. Install one (Debian: gcc)."),
    CPLUSPLUS("C++ compiler", "c++", "No C++ sources can be run. Install one (Debian: g++)."),
    RUST(
        "Rust compiler",
        "rustc",
        "No Rust sources can be run. Install Rust: https://rustup.rs, or Debian's package rustc."),
    LINKER("ld", "ld", "Rust crates need it once (Debian: binutils)."),
    DEBUGGER("gdb", "gdb", "Linked code cannot be debugged. Install gdb."),
    PROFILER("perf", "perf", "Linked code cannot be profiled with perf (Debian: linux-perf).");

    private final String subject;
    private final String command;
    private final String remedy;

    Tool(String subject, String command, String remedy) {
      this.subject = subject;
      this.command = command;
      this.remedy = remedy;
    }
  }

  private ToolChecks() {}

  static List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    for (Tool tool : Tool.values()) {
      Optional<Path> file = Executables.find(tool.command);
      findings.add(
          file.isPresent()
              ? version(tool.subject, file.get())
              : Finding.limited(tool.subject, "not found", tool.remedy));
    }
    return findings;
  }

  /** What its first line says; a command that prints none is broken, and says so when used. */
  private static Finding version(String subject, Path file) {
    try {
      Process process =
          new ProcessBuilder(file.toString(), "--version")
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectError(Redirect.DISCARD)
              .start();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      return status == 0 && !printed.isEmpty()
          ? Finding.good(subject, "%s (%s)".formatted(printed.lines().findFirst().get(), file))
          : unusable(subject, file, "ends with status " + status);
    } catch (IOException failure) {
      return unusable(subject, file, String.valueOf(failure.getMessage()));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return unusable(subject, file, "interrupted");
    }
  }

  private static Finding unusable(String subject, Path file, String why) {
    return Finding.limited(
        subject, "%s --version: %s".formatted(file, why), "Install it again, or take it away.");
  }
}
