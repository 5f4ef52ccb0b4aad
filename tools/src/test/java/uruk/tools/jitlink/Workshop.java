package uruk.tools.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import uruk.tools.Console;

/** A folder in which tests assemble objects and run the command, or the tool it stands in for. */
final class Workshop {
  private static final long SECONDS = 60;

  private final Path folder;

  Workshop(Path folder) {
    this.folder = folder;
  }

  /** What a command did. */
  record Outcome(int status, String out, String err) {}

  Path path(String name) {
    return folder.resolve(name);
  }

  Path write(String name, String text) throws IOException {
    return Files.writeString(path(name), text);
  }

  /** Assembles for x86-64. */
  String object(String name, String assembly) throws Exception {
    return object("x86_64-linux-gnu", name, assembly);
  }

  String object(String triple, String name, String assembly) throws Exception {
    Path source = write(name.replace(".o", ".s"), assembly);
    tool("llvm-mc-22", "-triple", triple, "-filetype=obj", "-o", at(name), source.toString());
    return at(name);
  }

  String archive(String name, String... members) throws Exception {
    tool(Stream.concat(Stream.of("llvm-ar-22", "rcs", at(name)), Stream.of(members)).toList());
    return at(name);
  }

  /** Runs a tool, which must succeed. */
  void tool(String... command) throws Exception {
    tool(List.of(command));
  }

  private void tool(List<String> command) throws Exception {
    Outcome outcome = process(command);
    assertThat(outcome.status).as(command + ": " + outcome.err).isZero();
  }

  /** Runs the command in this process, under the name that scripts know. */
  Outcome jitlink(String... arguments) {
    return jitlink(List.of(arguments));
  }

  Outcome jitlink(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      int status = JitlinkCommand.compatible().run(arguments, new Console(outStream, errStream));
      return new Outcome(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** Runs llvm-jitlink of the given version. */
  Outcome llvmJitlink(int version, List<String> arguments) throws Exception {
    String tool = "/usr/lib/llvm-%d/bin/llvm-jitlink".formatted(version);
    Stream<String> limited = Stream.of("sh", "-c", "ulimit -f 200000; exec \"$@\"", "sh", tool);
    return process(Stream.concat(limited, arguments.stream()).toList());
  }

  Outcome process(List<String> command) throws Exception {
    Path out = path("stdout.txt");
    Path err = path("stderr.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("%s ends", command).isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private String at(String name) {
    return path(name).toString();
  }
}
