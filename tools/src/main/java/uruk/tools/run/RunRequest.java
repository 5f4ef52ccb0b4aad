package uruk.tools.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.tools.UsageException;
import uruk.tools.option.Argument;
import uruk.tools.option.CommandLine;
import uruk.tools.source.SourceLanguage;

/**
 * A command line of {@code uruk run}, understood.
 *
 * @param inputs what to link, in the order typed
 * @param libraryFolders where to look for libraries first
 * @param compiler the compiler's command, if not the usual one
 * @param compilerOptions passed on to the compiler
 * @param reports what to print after the run
 * @param verbose whether to log, and to print failures in full
 * @param help whether only the help text is wanted
 * @param programArguments the program's own arguments, without its name
 */
record RunRequest(
    List<Input> inputs,
    List<Path> libraryFolders,
    Optional<String> compiler,
    List<String> compilerOptions,
    Reports reports,
    boolean verbose,
    boolean help,
    List<String> programArguments) {

  /**
   * What to print to stderr after the run.
   *
   * @param memory what each object's memory is used for
   * @param time how long each step took
   * @param json as one JSON document, not as text
   */
  record Reports(boolean memory, boolean time, boolean json) {}

  static RunRequest of(List<String> words) {
    CommandLine<RunOption> line = CommandLine.parse(List.of(RunOption.values()), words);
    Reader reader = new Reader();
    for (Argument<RunOption> argument : line.arguments()) {
      switch (argument) {
        case Argument.Operand<RunOption> operand -> reader.addFile(operand.word());
        case Argument.Setting<RunOption> setting -> reader.set(setting.option(), setting.value());
      }
    }
    return reader.request(line.rest());
  }

  /** Collects the settings of one command line. */
  private static final class Reader {

    private final List<Input> inputs = new ArrayList<>();
    private final List<Path> libraryFolders = new ArrayList<>();
    private final List<String> compilerOptions = new ArrayList<>();
    private Optional<String> compiler = Optional.empty();
    private boolean memory;
    private boolean time;
    private boolean json;
    private boolean verbose;
    private boolean help;

    void addFile(String word) {
      Path file = Path.of(word);
      Optional<SourceLanguage> language = SourceLanguage.of(word);
      inputs.add(
          language.isPresent() ? new Input.Source(file, language.get()) : new Input.Binary(file));
    }

    void set(RunOption option, String value) {
      switch (option) {
        case LIBRARY -> inputs.add(new Input.Library(value));
        case LIBRARY_FOLDER -> libraryFolders.add(Path.of(value));
        case MEMORY -> memory = true;
        case TIME -> time = true;
        case JSON -> json = true;
        case VERBOSE -> verbose = true;
        case COMPILER -> compiler = Optional.of(value);
        case OPTIMIZE,
            INCLUDE_FOLDER,
            DEFINE,
            UNDEFINE,
            STANDARD,
            DEBUG,
            CODE_GENERATION,
            MACHINE,
            WARNING ->
            compilerOptions.add(option.spelling() + value);
        case HELP -> help = true;
      }
    }

    RunRequest request(List<String> programArguments) {
      if (inputs.isEmpty() && !help) {
        throw new UsageException("no file to run");
      }
      if (json && !memory && !time) {
        throw new UsageException("--json goes with --memory or --time");
      }
      return new RunRequest(
          List.copyOf(inputs),
          List.copyOf(libraryFolders),
          compiler,
          List.copyOf(compilerOptions),
          new Reports(memory, time, json),
          verbose,
          help,
          List.copyOf(programArguments));
    }
  }
}
