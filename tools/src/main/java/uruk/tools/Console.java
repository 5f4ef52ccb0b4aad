package uruk.tools;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err messages for people
 * @param outStyle how results may look
 * @param errStyle how messages may look
 * @param attended whether somebody watches {@code err} while the command works, where lines can be
 *     rewritten
 */
public record Console(
    PrintStream out, PrintStream err, Style outStyle, Style errStyle, boolean attended) {

  /** Makes a console that nobody watches, without colours. */
  public Console(PrintStream out, PrintStream err) {
    this(out, err, Style.PLAIN, Style.PLAIN, false);
  }

  /** {@return the process's console} */
  static Console ofProcess() {
    boolean terminal = Terminal.ERROR.isTerminal();
    return new Console(
        System.out,
        System.err,
        Style.of(Terminal.OUTPUT.isTerminal(), System.getenv()),
        Style.of(terminal, System.getenv()),
        terminal && !Style.isDumb(System.getenv()));
  }
}
