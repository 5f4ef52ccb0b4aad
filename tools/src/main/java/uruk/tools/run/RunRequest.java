package uruk.tools.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import uruk.tools.UsageException;
import uruk.tools.option.Argument;
import uruk.tools.option.CommandLine;
import uruk.tools.source.CompilerOptions;
import uruk.tools.source.SourceFile;
import uruk.tools.source.SourceLanguage;

/**
 * A command line of {@code uruk run}, understood.
 *
 * @param inputs what to link, in the order typed
 * @param libraryFolders where to look for libraries first
 * @param compilation how sources are compiled
 * @param call the function to call instead of {@code main}
 * @param reports what to print after the run
 * @param verbose whether to log, and to print failures in full
 * @param help whether only the help text is wanted
 * @param programArguments the program's own arguments, without its name, or the called function's
 */
record RunRequest(
    List<Input> inputs,
    List<Path> libraryFolders,
    CompilerOptions compilation,
    Optional<FunctionCall> call,
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

  /** What follows a script is the script's, as its first line puts it last. */
  static RunRequest of(List<String> words) {
    CommandLine<RunOption> line =
        CommandLine.parse(List.of(RunOption.values()), words, SourceFile::isScript);
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
    private final List<String> compilerWords = new ArrayList<>();
    private Optional<String> compiler = Optional.empty();
    private @Nullable String declaration;
    private @Nullable String onlyForC;
    private boolean memory;
    private boolean time;
    private boolean json;
    private boolean verbose;
    private boolean help;

    void addFile(String word) {
      Optional<SourceFile> source = SourceFile.of(word);
      inputs.add(
          source.isPresent() ? new Input.Source(source.get()) : new Input.Binary(Path.of(word)));
    }

    void set(RunOption option, String value) {
      switch (option) {
        case CALL -> declaration = value;
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
            WARNING -> {
          compilerWords.add(option.spelling() + value);
          if (option != RunOption.OPTIMIZE && option != RunOption.DEBUG) {
            onlyForC = option.spelling();
          }
        }
        case HELP -> help = true;
      }
    }

    RunRequest request(List<String> rest) {
      if (inputs.isEmpty() && !help) {
        throw new UsageException(
            declaration == null ? "no file to run" : "no file; files go before --call");
      }
      Optional<FunctionCall> call =
          Optional.ofNullable(declaration).map(text -> FunctionCall.of(text, rest));
      if (json && !memory && !time && call.isEmpty()) {
        throw new UsageException("--json goes with --memory, --time or --call");
      }
      if (onlyForC != null && onlyRust()) {
        throw new UsageException("%s is not for Rust, which takes -O and -g".formatted(onlyForC));
      }
      return new RunRequest(
          List.copyOf(inputs),
          List.copyOf(libraryFolders),
          new CompilerOptions(compiler, compilerWords, call.isPresent()),
          call,
          new Reports(memory, time, json),
          verbose,
          help,
          List.copyOf(rest));
    }

    private boolean onlyRust() {
      List<SourceLanguage> languages = new ArrayList<>();
      for (Input input : inputs) {
        if (input instanceof Input.Source source) {
          languages.add(source.file().language());
        }
      }
      return !languages.isEmpty()
          && languages.stream().allMatch(language -> language == SourceLanguage.RUST);
    }
  }
}
