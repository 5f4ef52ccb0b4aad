package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A C or C++ program with the libraries it needs, run twice: linked by the system's linker, and
 * linked by {@code uruk run}.
 *
 * @param name the folder under {@code examples/}
 * @param compilerOptions for both compilations, such as {@code -I}
 * @param inputs further sources and archives, in link order
 * @param systemLibraries what only the system's linker has to be told, such as {@code -lm}
 * @param arguments the program's own
 */
record RealProgram(
    String name,
    List<String> compilerOptions,
    List<Path> inputs,
    List<String> systemLibraries,
    List<String> arguments) {

  private static final Path ROOT = Path.of(System.getProperty("uruk.root"));
  private static final long PATIENCE_SECONDS = 300;

  /**
   * What a finished process left behind.
   *
   * @param status its exit status
   * @param output its stdout
   * @param messages its stderr
   */
  record Finished(int status, String output, String messages) {

    /** {@return the objects on the ledger that {@code --memory --json} printed} */
    List<String> linkedObjects() {
      String report = messages.lines().toList().getLast();
      JsonObject document = JsonParser.parseString(report).getAsJsonObject();
      List<String> names = new ArrayList<>();
      for (JsonElement object : document.getAsJsonArray("memory")) {
        names.add(object.getAsJsonObject().get("object").getAsString());
      }
      return names;
    }
  }

  /** Runs the program linked by the system's linker. */
  Finished runOrdinarily(Path folder) throws IOException, InterruptedException {
    Path executable = folder.resolve(name);
    List<String> link = new ArrayList<>(List.of(driver(), "-o", executable.toString()));
    addSources(link);
    link.addAll(systemLibraries);
    assertThat(finish(folder, link)).isEqualTo(new Finished(0, "", ""));
    List<String> run = new ArrayList<>(List.of(executable.toString()));
    run.addAll(arguments);
    return finish(folder, run);
  }

  /** Runs the program linked by Uruk, with its ledger as the last line of stderr. */
  Finished runLinkedByUruk(Path folder) throws IOException, InterruptedException {
    List<String> run = new ArrayList<>(List.of(ROOT.resolve("uruk").toString(), "run"));
    addSources(run);
    run.addAll(List.of("--memory", "--json", "--"));
    run.addAll(arguments);
    return finish(folder, run);
  }

  /** {@return a file of an example's folder} */
  static Path file(String example, String file) {
    return ROOT.resolve("examples").resolve(example).resolve(file);
  }

  private Path main() {
    Path cplusplus = file(name, "main.cpp");
    return Files.exists(cplusplus) ? cplusplus : file(name, "main.c");
  }

  private String driver() {
    return main().endsWith("main.cpp") ? "c++" : "cc";
  }

  private void addSources(List<String> command) {
    command.addAll(compilerOptions);
    command.add(main().toString());
    inputs.forEach(input -> command.add(input.toString()));
  }

  /** {@return a static library, where the C compiler finds it} */
  static Path staticLibrary(Path folder, String file) throws IOException, InterruptedException {
    String printed = finish(folder, List.of("cc", "-print-file-name=" + file)).output().strip();
    assertThat(printed).as("%s is not installed", file).contains("/");
    return Path.of(printed).toRealPath();
  }

  /** {@return a folder with SQLite's amalgamation} */
  static Path sqliteAmalgamation(Path folder) throws IOException, InterruptedException {
    return preparedFolder(folder, "sqlite-amalgamation");
  }

  /** {@return the folder that a script of ours has prepared and prints} */
  static Path preparedFolder(Path folder, String name) throws IOException, InterruptedException {
    Finished script = finish(folder, List.of(ROOT.resolve("scripts").resolve(name).toString()));
    assertThat(script.status()).as(script.messages()).isZero();
    return Path.of(script.output().strip());
  }

  static Finished finish(Path folder, List<String> command)
      throws IOException, InterruptedException {
    return finish(folder, command, "");
  }

  static Finished finish(Path folder, List<String> command, String input)
      throws IOException, InterruptedException {
    Path stdin = Files.writeString(Files.createTempFile(folder, "run", ".in"), input);
    Path output = Files.createTempFile(folder, "run", ".out");
    Path messages = Files.createTempFile(folder, "run", ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(stdin.toFile())
            .redirectOutput(output.toFile())
            .redirectError(messages.toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + PATIENCE_SECONDS + " s: " + command);
    }
    return new Finished(process.exitValue(), Files.readString(output), Files.readString(messages));
  }
}
