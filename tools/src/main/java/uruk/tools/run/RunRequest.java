package uruk.tools.run;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import uruk.tools.UsageException;
import uruk.tools.option.Argument;
import uruk.tools.option.CommandLine;
import uruk.tools.option.Option;
import uruk.tools.program.ProgramFiles;
import uruk.tools.program.ProgramOption;
import uruk.tools.source.SourceFile;

/**
 * A command line of {@code uruk run}, understood.
 *
 * @param files what the program is made of
 * @param call the function to call instead of {@code main}
 * @param reports what to print after the run
 * @param observers who is told of linked code
 * @param verbose whether to log, and to print failures in full
 * @param help whether only the help text is wanted
 * @param programArguments the program's own arguments, without its name, or the called function's
 */
record RunRequest(
    ProgramFiles files,
    Optional<FunctionCall> call,
    Reports reports,
    Observers observers,
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

  /**
   * Who is told of linked code.
   *
   * @param gdb the debugger
   * @param perf the profiler
   * @param process dlsym(3), and with it libraries that the program opens
   */
  record Observers(boolean gdb, boolean perf, boolean process) {}

  /** {@return whether somebody wants to hear of each object} */
  boolean tellsObjectsApart() {
    return reports.memory || observers.gdb || observers.perf;
  }

  /** {@return whether others than {@code main} will be asked for by name} */
  boolean asksForNames() {
    return observers.process || call.isPresent();
  }

  /** The command's own options, then those of all programs. */
  static final List<Option> OPTIONS =
      ImmutableList.<Option>builder().add(RunOption.values()).add(ProgramOption.values()).build();

  /** What follows a script is the script's, as its first line puts it last. */
  static RunRequest of(List<String> words) {
    CommandLine<Option> line = CommandLine.parse(OPTIONS, words, SourceFile::isScript);
    Reader reader = new Reader();
    for (Argument<Option> argument : line.arguments()) {
      // No switches over types here: the JDK makes a class of each at every start.
      if (argument instanceof Argument.Setting<Option> setting) {
        reader.set(setting.option(), setting.value());
      } else if (argument instanceof Argument.Operand<Option> operand) {
        reader.files.addFile(operand.word());
      }
    }
    return reader.request(line.rest());
  }

  /** Collects the settings of one command line. */
  private static final class Reader {

    private final ProgramFiles.Reader files = new ProgramFiles.Reader();
    private @Nullable String declaration;
    private boolean memory;
    private boolean time;
    private boolean json;
    private boolean gdb;
    private boolean perf;
    private boolean exported;
    private boolean verbose;
    private boolean help;

    void set(Option option, String value) {
      if (option instanceof ProgramOption program) {
        files.set(program, value);
      } else {
        set((RunOption) option, value);
      }
    }

    private void set(RunOption option, String value) {
      switch (option) {
        case CALL -> declaration = value;
        case MEMORY -> memory = true;
        case TIME -> time = true;
        case JSON -> json = true;
        case GDB -> gdb = true;
        case PERF -> perf = true;
        case EXPORT -> exported = true;
        case VERBOSE -> verbose = true;
        case HELP -> help = true;
      }
    }

    RunRequest request(List<String> rest) {
      if (files.isEmpty() && !help) {
        throw new UsageException(
            declaration == null ? "no file to run" : "no file; files go before --call");
      }
      Optional<FunctionCall> call =
          Optional.ofNullable(declaration).map(text -> FunctionCall.of(text, rest));
      if (json && !memory && !time && call.isEmpty()) {
        throw new UsageException("--json goes with --memory, --time or --call");
      }
      return new RunRequest(
          files.files(call.isPresent()),
          call,
          new Reports(memory, time, json),
          new Observers(gdb, perf, exported),
          verbose,
          help,
          List.copyOf(rest));
    }
  }
}
