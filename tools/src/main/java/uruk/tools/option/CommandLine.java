package uruk.tools.option;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import uruk.tools.UsageException;

/**
 * A command line taken apart.
 *
 * @param <O> the command's option table
 * @param arguments options and operands in the order typed
 * @param rest what follows {@code --}, an option that takes the rest, or the last operand
 */
public record CommandLine<O extends Option>(List<Argument<O>> arguments, List<String> rest) {

  private static final String END = "--";

  /**
   * Takes a command line apart.
   *
   * @param <O> the command's option table
   * @param table the options the command knows
   * @param words what was typed after the command's name
   * @return options and operands in the order typed, and what follows {@code --}
   * @throws UsageException for an unknown option or a missing argument
   */
  public static <O extends Option> CommandLine<O> parse(List<O> table, List<String> words) {
    return parse(table, words, operand -> false);
  }

  /**
   * Takes a command line apart in which an operand may be the last word for the command.
   *
   * @param isLast whether what follows an operand is not for the command
   * @see #parse(List, List)
   */
  public static <O extends Option> CommandLine<O> parse(
      List<O> table, List<String> words, Predicate<String> isLast) {
    List<Argument<O>> arguments = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals(END)) {
        return new CommandLine<>(arguments, words.subList(i + 1, words.size()));
      }
      if (!word.startsWith("-") || word.equals("-")) {
        arguments.add(new Argument.Operand<>(word));
        if (isLast.test(word)) {
          return new CommandLine<>(arguments, rest(words, i + 1));
        }
        continue;
      }
      O option = find(table, word);
      if (option.style() == ArgumentStyle.REST) {
        words
            .subList(i + 1, words.size())
            .forEach(rest -> arguments.add(new Argument.Setting<>(option, rest)));
        return new CommandLine<>(arguments, List.of());
      }
      if (takesNextWord(option, word)) {
        i++;
        if (i == words.size()) {
          throw new UsageException("'%s' needs an argument: %s".formatted(word, option.argument()));
        }
        arguments.add(new Argument.Setting<>(option, words.get(i)));
        if (option.style() == ArgumentStyle.NEXT_AND_REST) {
          return new CommandLine<>(arguments, rest(words, i + 1));
        }
      } else {
        arguments.add(new Argument.Setting<>(option, joinedValue(option, word)));
      }
    }
    return new CommandLine<>(arguments, List.of());
  }

  /** What is left may have been separated by habit. */
  private static List<String> rest(List<String> words, int from) {
    boolean separated = from < words.size() && words.get(from).equals(END);
    return words.subList(separated ? from + 1 : from, words.size());
  }

  private static <O extends Option> O find(List<O> table, String word) {
    for (O option : table) {
      if (word.equals(option.spelling())) {
        return option;
      }
    }
    for (O option : table) {
      boolean hasJoinedValue =
          switch (option.style()) {
            case NONE, NEXT_AND_REST, REST -> false;
            case JOINED, JOINED_OR_NEXT -> word.startsWith(option.spelling());
            case EQUALS, EQUALS_OR_NEXT -> word.startsWith(option.spelling() + "=");
          };
      if (hasJoinedValue) {
        return option;
      }
    }
    String guess =
        SimilarWords.find(table.stream().map(Option::spelling).toList(), word)
            .map(" (did you mean '%s'?)"::formatted)
            .orElse("");
    throw new UsageException("unknown option '%s'%s".formatted(word, guess));
  }

  private static boolean takesNextWord(Option option, String word) {
    return switch (option.style()) {
      case NONE, JOINED, EQUALS, REST -> false;
      case JOINED_OR_NEXT, EQUALS_OR_NEXT, NEXT_AND_REST -> word.equals(option.spelling());
    };
  }

  private static String joinedValue(Option option, String word) {
    return switch (option.style()) {
      case NONE, NEXT_AND_REST, REST -> "";
      case JOINED, JOINED_OR_NEXT -> word.substring(option.spelling().length());
      case EQUALS -> word.substring(Math.min(word.length(), option.spelling().length() + 1));
      case EQUALS_OR_NEXT -> word.substring(option.spelling().length() + 1);
    };
  }
}
