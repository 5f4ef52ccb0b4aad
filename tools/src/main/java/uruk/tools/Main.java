package uruk.tools;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.materialization.platform.NativeException;
import uruk.tools.completion.CompletionCommand;
import uruk.tools.doctor.DoctorCommand;
import uruk.tools.inspect.InspectCommand;
import uruk.tools.jitlink.JitlinkCommand;
import uruk.tools.option.SimilarWords;
import uruk.tools.run.RunCommand;
import uruk.tools.watch.WatchCommand;

/** The entry point of the command line {@code uruk}: picks the command and reports its failure. */
public final class Main {

  private static final List<Command> COMMANDS = commands();

  private static final long startNanoTime = System.nanoTime();

  private Main() {}

  private static List<Command> commands() {
    List<Command> commands = new ArrayList<>();
    commands.add(new RunCommand());
    commands.add(new WatchCommand());
    commands.add(new InspectCommand());
    commands.add(JitlinkCommand.create());
    commands.add(JitlinkCommand.compatible());
    commands.add(new DoctorCommand());
    commands.add(new CompletionCommand(commands));
    return commands;
  }

  /** {@return when Java code of ours began to run, in the time of {@link System#nanoTime}} */
  public static long startNanoTime() {
    return startNanoTime;
  }

  /**
   * Runs the command line and ends the process with its status.
   *
   * @param arguments what was typed after {@code uruk}
   */
  public static void main(String[] arguments) {
    Logging.silence();
    StandardOutput output = StandardOutput.install();
    int status = run(TypedWords.of(Arrays.asList(arguments)), Console.ofProcess());
    System.out.flush();
    ProcessExit.end(output.status(status));
  }

  /**
   * {@return the exit status of a command line}
   *
   * @param arguments what was typed after {@code uruk}
   * @param console where to write
   */
  static int run(List<String> arguments, Console console) {
    if (arguments.isEmpty()) {
      console.err().print(overview());
      return ExitStatus.WRONG_USAGE;
    }
    List<String> rest = arguments.subList(1, arguments.size());
    String word = arguments.getFirst();
    return switch (word) {
      case "--help", "-h", "help" -> help(rest, console);
      case "--version" -> {
        console.out().println(Version.line());
        yield ExitStatus.SUCCESS;
      }
      case NativeMethodFile.WORD -> NativeMethodFile.write(rest);
      case AotTraining.WORD -> AotTraining.run(rest, words -> run(words, console));
      default -> {
        Command command = command(word);
        yield command == null ? unknownCommand(word, console) : runCommand(command, rest, console);
      }
    };
  }

  private static @Nullable Command command(String name) {
    for (Command command : COMMANDS) {
      if (command.name().equals(name)) {
        return command;
      }
    }
    return null;
  }

  private static int unknownCommand(String word, Console console) {
    String guess =
        SimilarWords.find(COMMANDS.stream().map(Command::name).toList(), word)
            .map(" (did you mean '%s'?)"::formatted)
            .orElse("");
    console.err().printf("uruk: unknown command '%s'%s, see 'uruk --help'%n", word, guess);
    return ExitStatus.WRONG_USAGE;
  }

  /** {@code uruk help}, or {@code uruk help COMMAND}. */
  private static int help(List<String> words, Console console) {
    if (words.isEmpty()) {
      console.out().print(overview());
      return ExitStatus.SUCCESS;
    }
    Command command = command(words.getFirst());
    if (command == null) {
      return unknownCommand(words.getFirst(), console);
    }
    console.out().print(command.help());
    return ExitStatus.SUCCESS;
  }

  private static int runCommand(Command command, List<String> arguments, Console console) {
    try {
      if (arguments.equals(List.of("-h"))) {
        return help(List.of(command.name()), console);
      }
      return command.run(arguments, console);
    } catch (UsageException e) {
      console
          .err()
          .printf(
              "uruk %s: %s, see 'uruk %s --help'%n",
              command.name(), e.getMessage(), command.name());
      return ExitStatus.WRONG_USAGE;
    } catch (NativeException e) {
      FailureReport.print(command, arguments, e, console);
      return e.status();
    } catch (RuntimeException | Error e) {
      FailureReport.print(command, arguments, e, console);
      return ExitStatus.FAILURE;
    }
  }

  private static String overview() {
    StringBuilder text =
        new StringBuilder(
            """
            Usage: uruk COMMAND [ARGUMENTS]

            Links relocatable object files and archives into memory and runs them.

            Commands:
            """);
    for (Command command : COMMANDS) {
      text.append("  %-12s %s%n".formatted(command.name(), command.summary()));
    }
    return text.append(
            """

              uruk help COMMAND     what a command takes, with examples
              uruk --version        the version, and the JDK it runs on

            Exit status: 0 all went well, 2 wrong usage, 3 compiling, loading or linking failed.
            """)
        .toString();
  }
}
