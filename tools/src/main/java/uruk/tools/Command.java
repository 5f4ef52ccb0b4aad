package uruk.tools;

import java.util.List;
import uruk.tools.option.Option;

/** One of the words that may follow {@code uruk}, such as {@code run}. */
public interface Command {

  /** {@return the word that is typed} */
  String name();

  /** {@return one line for the overview that {@code uruk --help} prints} */
  String summary();

  /** {@return the text of {@code uruk NAME --help}, ending in a newline} */
  String help();

  /** {@return the table of its options, for the completion of shells; empty if it has none} */
  default List<Option> options() {
    return List.of();
  }

  /**
   * Does the command's work.
   *
   * @param arguments what was typed after the command's name
   * @param console where the command writes
   * @return the process's exit status
   * @throws UsageException when the arguments make no sense
   */
  int run(List<String> arguments, Console console);
}
