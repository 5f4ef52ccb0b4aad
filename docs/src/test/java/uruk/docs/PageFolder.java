package uruk.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The folder in which the blocks of one page run, one after the other, as a reader would type them:
 * it shows the repository's {@code uruk} and {@code examples}; {@code uruk} and the JDK's commands
 * are on the PATH, and {@code URUK} names the repository's folder.
 */
final class PageFolder {

  private static final Path ROOT = Path.of(System.getProperty("uruk.root"));
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private static final List<String> LINKS = List.of("uruk", ".uruk", "examples");
  private static final long PATIENCE_SECONDS = 120;

  private final Path folder;

  private PageFolder(Path folder) {
    this.folder = folder;
  }

  static PageFolder create(Path folder) throws IOException {
    for (String name : LINKS) {
      Files.createSymbolicLink(folder.resolve(name), ROOT.resolve(name));
    }
    return new PageFolder(folder);
  }

  /** Takes the links away, so that nobody deletes what is behind them. */
  void unlink() throws IOException {
    for (String name : LINKS) {
      Files.delete(folder.resolve(name));
    }
  }

  void run(FencedBlock block) throws IOException, InterruptedException {
    if (!block.fileName().isEmpty()) {
      Files.writeString(folder.resolve(block.fileName()), block.text());
      return;
    }
    switch (block.language()) {
      case "console" -> runCommands(ConsoleSession.of(block.text()));
      case "java" -> runJava(block.text());
      case "sh" -> runShell("sh -n <<'END_OF_BLOCK'\n" + block.text() + "END_OF_BLOCK\n", 0);
      case "text" -> {
        // A picture or a format: nothing to run.
      }
      default ->
          throw new AssertionError(
              "%s: blocks are console, java, sh (only parsed) or text, or they name a file"
                  .formatted(block.title()));
    }
  }

  private void runCommands(ConsoleSession session) throws IOException, InterruptedException {
    for (ConsoleSession.Command command : session.commands()) {
      String printed = runShell(command.text(), command.status());
      if (!command.matches(printed)) {
        assertThat(printed).as("$ " + command.text()).isEqualTo(command.output());
      }
    }
  }

  /** A block without {@code main} is the body of one; its imports go before it. */
  private void runJava(String text) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("Block.java"), program(text));
    List<String> command =
        List.of(
            JAVA.toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            file.toString());
    Finished finished = finish(new ProcessBuilder(command));
    assertThat(finished.status()).as(finished.printed()).isZero();
  }

  private static String program(String text) {
    if (text.contains("void main(")) {
      return text;
    }
    Map<Boolean, List<String>> lines =
        text.lines().collect(Collectors.partitioningBy(line -> line.startsWith("import ")));
    return String.join("\n", lines.get(true))
        + "\nvoid main() throws Throwable {\n"
        + String.join("\n", lines.get(false))
        + "\n}\n";
  }

  private String runShell(String command, int status) throws IOException, InterruptedException {
    Finished finished = finish(new ProcessBuilder("bash", "-c", command));
    assertThat(finished.status()).as("$ %s%n%s", command, finished.printed()).isEqualTo(status);
    return finished.printed();
  }

  private record Finished(int status, String printed) {}

  private Finished finish(ProcessBuilder builder) throws IOException, InterruptedException {
    Path output = Files.createTempFile("uruk-docs", ".out");
    try {
      String first = ROOT + ":" + JAVA.getParent();
      builder.environment().merge("PATH", first, (path, folders) -> folders + ":" + path);
      builder.environment().put("URUK", ROOT.toString());
      Process process =
          builder
              .directory(folder.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "still running after " + PATIENCE_SECONDS + " s: " + builder.command());
      }
      return new Finished(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
