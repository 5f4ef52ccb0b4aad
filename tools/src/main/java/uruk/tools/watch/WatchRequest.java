package uruk.tools.watch;

import com.google.common.collect.ImmutableList;
import java.util.List;
import uruk.materialization.BindingPolicy;
import uruk.materialization.DataPolicy;
import uruk.tools.UsageException;
import uruk.tools.option.Argument;
import uruk.tools.option.CommandLine;
import uruk.tools.option.Option;
import uruk.tools.program.ProgramFiles;
import uruk.tools.program.ProgramOption;

/**
 * A command line of {@code uruk watch}, understood.
 *
 * @param files what the program is made of
 * @param data what becomes of the variables of a file that is replaced
 * @param binding how calls between files are bound
 * @param verbose whether to log, and to print failures in full
 * @param help whether only the help text is wanted
 * @param programArguments the program's own arguments, without its name
 */
record WatchRequest(
    ProgramFiles files,
    DataPolicy data,
    BindingPolicy binding,
    boolean verbose,
    boolean help,
    List<String> programArguments) {

  /** The command's own options, then those of all programs. */
  static final List<Option> OPTIONS =
      ImmutableList.<Option>builder().add(WatchOption.values()).add(ProgramOption.values()).build();

  static WatchRequest of(List<String> words) {
    CommandLine<Option> line = CommandLine.parse(OPTIONS, words);
    Reader reader = new Reader();
    for (Argument<Option> argument : line.arguments()) {
      switch (argument) {
        case Argument.Operand<Option> operand -> reader.files.addFile(operand.word());
        case Argument.Setting<Option> setting -> reader.set(setting.option(), setting.value());
      }
    }
    return reader.request(line.rest());
  }

  /** Collects the settings of one command line. */
  private static final class Reader {

    private final ProgramFiles.Reader files = new ProgramFiles.Reader();
    private DataPolicy data = DataPolicy.REINITIALISE;
    private BindingPolicy binding = BindingPolicy.STUB;
    private boolean verbose;
    private boolean help;

    void set(Option option, String value) {
      switch (option) {
        case ProgramOption program -> files.set(program, value);
        case WatchOption.KEEP -> data = DataPolicy.KEEP;
        case WatchOption.STUBS -> binding = BindingPolicy.STUB;
        case WatchOption.PATCH -> binding = BindingPolicy.PATCH;
        case WatchOption.VERBOSE -> verbose = true;
        case WatchOption.HELP -> help = true;
        default -> throw new AssertionError(option);
      }
    }

    WatchRequest request(List<String> rest) {
      if (files.isEmpty() && !help) {
        throw new UsageException("no file to run");
      }
      return new WatchRequest(files.files(false), data, binding, verbose, help, List.copyOf(rest));
    }
  }
}
