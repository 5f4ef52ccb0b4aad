package uruk.tools.jitlink;

import java.nio.file.Path;
import java.util.List;
import uruk.jitlink.LinkException;
import uruk.materialization.platform.NativeException;
import uruk.orc.OrcException;
import uruk.tools.Command;
import uruk.tools.CommandException;
import uruk.tools.Console;
import uruk.tools.UsageException;
import uruk.tools.Version;
import uruk.tools.option.Option;
import uruk.tools.option.OptionHelp;

/** {@code uruk jitlink}: links objects as {@code llvm-jitlink} does, checks the result, runs it. */
public final class JitlinkCommand implements Command {
  private static final int FAILURE = 1;

  private final String name;
  private final String program;
  private final String summary;

  private JitlinkCommand(String name, String program, String summary) {
    this.name = name;
    this.program = program;
    this.summary = summary;
  }

  /** {@return the command under its own name} */
  public static JitlinkCommand create() {
    return new JitlinkCommand(
        "jitlink", "uruk jitlink", "link and check objects with llvm-jitlink's options");
  }

  /** {@return the command whose messages begin as those of llvm-jitlink, for scripts} */
  public static JitlinkCommand compatible() {
    return new JitlinkCommand(
        "llvm-jitlink", "llvm-jitlink", "the same, with messages that begin with llvm-jitlink");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  public String help() {
    return """
    Usage: uruk jitlink [OPTIONS] FILES... [-args ARGUMENTS... | -harness FILES...]

    Links objects and archives, and runs main unless -noexec is given. Takes the options of
    llvm-jitlink, with one dash or two, as -x=VALUE or -x VALUE.

    Options:
    """
        + OptionHelp.of(List.of(JitlinkOption.values()))
        + """

        Examples:
          uruk jitlink hello.o -args hello world
          uruk jitlink -noexec -slab-allocate 100Kb -slab-address 0x10000 \\
              -slab-page-size 4096 -check test.s test.o
          uruk jitlink -noexec -phony-externals -show-graphs . foreign.o

        Exit status: the program's own; 0 with -noexec; 1 if anything is wrong.
        """;
  }

  @Override
  public List<Option> options() {
    return List.of(JitlinkOption.values());
  }

  @Override
  public int run(List<String> arguments, Console console) {
    Diagnostics diagnostics = new Diagnostics(program, console.err());
    try {
      JitlinkRequest request = JitlinkRequest.of(arguments);
      if (request.has(JitlinkOption.HELP)) {
        console.out().print(help());
        return 0;
      }
      if (request.has(JitlinkOption.VERSION)) {
        console.out().println(Version.line());
        return 0;
      }
      if (request.has(JitlinkOption.SYMBOLICATE_WITH)) {
        symbolicate(request, console);
        return 0;
      }
      request.warnings().forEach(diagnostics::warn);
      return new Jitlink(request, console, diagnostics).run();
    } catch (UsageException | CommandException | LinkException | OrcException failure) {
      diagnostics.refuse(String.valueOf(failure.getMessage()));
      return FAILURE;
    } catch (NativeException failure) {
      diagnostics.failed(failure, false);
      return FAILURE;
    }
  }

  private static void symbolicate(JitlinkRequest request, Console console) {
    Path symbols = Path.of(request.value(JitlinkOption.SYMBOLICATE_WITH).orElseThrow());
    for (String backtrace : request.inputs()) {
      console.out().print(SymbolTableFile.symbolicate(symbols, Path.of(backtrace)));
    }
  }
}
