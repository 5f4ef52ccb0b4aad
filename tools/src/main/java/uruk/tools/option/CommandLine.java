package uruk.tools.option;

import java.util.ArrayList;
import java.util.List;
import uruk.tools.UsageException;

/**
 * A command line taken apart.
 *
 * @param <O> the command's option table
 * @param arguments options and operands in the order typed
 * @param rest what follows {@code --}
 */
public record CommandLine<O extends Option>(List<Argument<O>> arguments, List<String> rest) {

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
    List<Argument<O>> arguments = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--")) {
        return new CommandLine<>(arguments, words.subList(i + 1, words.size()));
      }
      if (!word.startsWith("-") || word.equals("-")) {
        arguments.add(new Argument.Operand<>(word));
        continue;
      }
      O option = find(table, word);
      if (takesNextWord(option, word)) {
        i++;
        if (i == words.size()) {
          throw new UsageException("'%s' needs an argument: %s".formatted(word, option.argument()));
        }
        arguments.add(new Argument.Setting<>(option, words.get(i)));
      } else {
        arguments.add(new Argument.Setting<>(option, joinedValue(option, word)));
      }
    }
    return new CommandLine<>(arguments, List.of());
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
            case NONE -> false;
            case JOINED, JOINED_OR_NEXT -> word.startsWith(option.spelling());
            case EQUALS_OR_NEXT -> word.startsWith(option.spelling() + "=");
          };
      if (hasJoinedValue) {
        return option;
      }
    }
    throw new UsageException("unknown option '%s'".formatted(word));
  }

  private static boolean takesNextWord(Option option, String word) {
    return switch (option.style()) {
      case NONE, JOINED -> false;
      case JOINED_OR_NEXT, EQUALS_OR_NEXT -> word.equals(option.spelling());
    };
  }

  private static String joinedValue(Option option, String word) {
    return switch (option.style()) {
      case NONE -> "";
      case JOINED, JOINED_OR_NEXT -> word.substring(option.spelling().length());
      case EQUALS_OR_NEXT -> word.substring(option.spelling().length() + 1);
    };
  }
}
