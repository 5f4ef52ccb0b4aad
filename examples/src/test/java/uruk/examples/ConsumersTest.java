package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.examples.RealProgram.Finished;

/**
 * Interfaces of other people's programs, bound from where such programs are: the class path, a
 * module of their own, a source file that {@code java} compiles itself.
 */
class ConsumersTest {

  private static final Path JARS = Path.of(System.getProperty("uruk.root"), ".uruk", "lib");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

  private static final String BODY =
      """
      private interface Hidden { int add(int a, int b); }
      public interface Open { int add(int a, int b); }
      public static void main(String... arguments) {
        try (Jit jit = Jit.create()) {
          jit.add(Path.of("add.o"));
          System.out.println(jit.bind(MethodHandles.lookup(), Hidden.class).add(1, 1));
          System.out.println(jit.bind(MethodHandles.lookup(), Closed.class).add(2, 1));
          System.out.println(jit.bind(Open.class).add(3, 1));
          try {
            System.out.println(jit.bind(Closed.class).add(4, 1));
          } catch (IllegalArgumentException refused) {
            System.out.println(refused.getMessage());
          }
        }
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void compileTheFunction() throws Exception {
    Files.writeString(folder.resolve("add.c"), "int add(int a, int b) { return 10 * a + b; }");
    finish("cc", "-c", "add.c");
  }

  private Finished finish(String... command) throws IOException, InterruptedException {
    return RealProgram.finish(folder, List.of(command));
  }

  private String java(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JAVA.resolve("java").toString()));
    command.addAll(List.of(arguments));
    Finished finished = RealProgram.finish(folder, command);
    assertThat(finished.messages()).isEmpty();
    assertThat(finished.status()).isZero();
    return finished.output();
  }

  private void compile(String path, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(JAVA.resolve("javac").toString(), "-d", "classes"));
    command.addAll(List.of(options));
    Files.createDirectories(folder.resolve("guest"));
    Files.writeString(folder.resolve("guest/Main.java"), source(path));
    command.add("guest/Main.java");
    Finished finished = RealProgram.finish(folder, command);
    assertThat(finished.messages()).isEmpty();
  }

  private static String source(String packageLine) {
    return packageLine
        + """
        import java.lang.invoke.MethodHandles;
        import java.nio.file.Path;
        import uruk.jit.Jit;
        interface Closed { int add(int a, int b); }
        public class Main {
        """
        + BODY
        + "}\n";
  }

  @Test
  void onTheClassPathEveryInterfaceIsBound() throws Exception {
    compile("package guest;\n", "-cp", JARS + "/*");

    assertThat(
            java(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                "classes:" + JARS + "/*",
                "guest.Main"))
        .isEqualTo("11\n21\n31\n41\n");
  }

  @Test
  void inASourceFileThatJavaCompilesEveryInterfaceIsBound() throws Exception {
    Files.writeString(folder.resolve("Main.java"), source(""));

    assertThat(java("--enable-native-access=ALL-UNNAMED", "-cp", JARS + "/*", "Main.java"))
        .isEqualTo("11\n21\n31\n41\n");
  }

  private String runModule(String directives) throws Exception {
    Files.writeString(
        folder.resolve("module-info.java"),
        "module guest { requires uruk.materialization; " + directives + " }");
    compile("package guest;\n", "-p", JARS.toString(), "module-info.java");
    return java(
        "--enable-native-access=uruk.jitlink,uruk.materialization",
        "-p",
        "classes:" + JARS,
        "-m",
        "guest/guest.Main");
  }

  @Test
  void inAModuleAClosedInterfaceNeedsALookup() throws Exception {
    assertThat(runModule("exports guest;"))
        .startsWith("11\n21\n31\nguest.Closed is not accessible: its package is not open to")
        .contains("Give a lookup: bind(MethodHandles.lookup(), Closed.class).");
  }

  @Test
  void inAnOpenPackageOfAModuleEveryInterfaceIsBound() throws Exception {
    assertThat(runModule("opens guest;")).isEqualTo("11\n21\n31\n41\n");
  }
}
