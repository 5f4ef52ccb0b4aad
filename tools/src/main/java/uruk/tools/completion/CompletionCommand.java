package uruk.tools.completion;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import uruk.tools.Command;
import uruk.tools.Console;
import uruk.tools.ExitStatus;
import uruk.tools.UsageException;

/** {@code uruk completion}: prints a script made from the option tables of the other commands. */
public final class CompletionCommand implements Command {

  private final List<Command> commands;

  /**
   * Creates the command.
   *
   * @param commands what can be completed, beside this one
   */
  public CompletionCommand(List<Command> commands) {
    this.commands = commands;
  }

  @Override
  public String name() {
    return "completion";
  }

  @Override
  public String summary() {
    return "print a script that completes command lines in bash, zsh or fish";
  }

  @Override
  public String help() {
    return """
    Usage: uruk completion bash|zsh|fish

    Prints a script that teaches the shell the commands and options of uruk.

      bash  put into ~/.bashrc:   source <(uruk completion bash)
      zsh   put into ~/.zshrc:    source <(uruk completion zsh)     behind compinit
      fish  uruk completion fish >~/.config/fish/completions/uruk.fish

    Exit status: 0 all went well, 2 wrong usage.
    """;
  }

  @Override
  public int run(List<String> arguments, Console console) {
    if (arguments.equals(List.of("--help"))) {
      console.out().print(help());
      return ExitStatus.SUCCESS;
    }
    for (Shell shell : Shell.values()) {
      if (arguments.equals(List.of(shell.word()))) {
        console.out().print(shell.script(commands));
        return ExitStatus.SUCCESS;
      }
    }
    String known = Arrays.stream(Shell.values()).map(Shell::word).collect(Collectors.joining(", "));
    throw new UsageException("one shell is expected: " + known);
  }
}
