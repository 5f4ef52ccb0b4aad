package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a test's program in a Java process of its own, on the class path of this one. */
public final class ChildJvm {
  private static final int PATIENCE_SECONDS = 300;

  private ChildJvm() {}

  /** {@return the lines of the program's output, which must end well} */
  static List<String> run(Class<?> program, String... arguments) throws Exception {
    return runTo(0, program, arguments);
  }

  /** {@return the lines of the program's output, which must end well, in a JVM with options} */
  public static List<String> runWith(List<String> options, Class<?> program, String... arguments)
      throws Exception {
    List<String> command = command(program, arguments);
    command.addAll(1, options);
    return linesOf(0, command);
  }

  /** {@return the lines of the program's output, which must end with the given status} */
  static List<String> runTo(int status, Class<?> program, String... arguments) throws Exception {
    return linesOf(status, command(program, arguments));
  }

  private static List<String> linesOf(int status, List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines =
        process.inputReader().lines().filter(line -> !line.startsWith("SLF4J")).toList();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join("\n", lines)).isEqualTo(status);
    return lines;
  }

  /** {@return the command that runs a program} */
  static List<String> command(Class<?> program, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/stderr",
                "-cp",
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    + System.getProperty("path.separator")
                    + System.getProperty("jdk.module.path", ""),
                program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
