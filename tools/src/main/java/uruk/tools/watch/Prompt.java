package uruk.tools.watch;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import uruk.tools.CommandException;
import uruk.tools.ProcessExit;

/**
 * The line at the terminal where commands are typed while the program runs. Messages of other
 * threads are printed above it.
 */
final class Prompt implements AutoCloseable {

  private static final String TEXT = "uruk> ";

  private final Terminal terminal;
  private final LineReader reader;

  /** Opens the process's terminal. */
  Prompt() {
    ProcessExit.addsHook(); // of JLine, which gives the terminal back if nobody else has
    try {
      terminal = TerminalBuilder.builder().system(true).build();
    } catch (IOException e) {
      throw new CommandException("the terminal cannot be used for a prompt", e);
    }
    List<String> words =
        Stream.concat(
                Arrays.stream(PromptCommand.values()).map(PromptCommand::word),
                Stream.of(PromptCommand.QUIT))
            .toList();
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .completer(new StringsCompleter(words))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
  }

  /** Answers what is typed, until somebody leaves with :quit, Ctrl-C or Ctrl-D. */
  void converse(WatchedProgram program) {
    try {
      while (true) {
        String line = reader.readLine(TEXT).strip();
        if (line.equals(PromptCommand.QUIT)) {
          return;
        }
        if (!line.isEmpty()) {
          say(PromptCommand.answer(program, List.of(line.split("\\s+"))));
        }
      }
    } catch (UserInterruptException | EndOfFileException _) {
      // Leaves, as :quit does.
    }
  }

  /** Prints a message above the line. */
  void say(String message) {
    reader.printAbove(message);
  }

  /** Gives the terminal back as it was. */
  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      throw new CommandException("the terminal cannot be given back", e);
    }
  }
}
