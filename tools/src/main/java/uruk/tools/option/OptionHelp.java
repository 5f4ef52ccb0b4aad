package uruk.tools.option;

import java.util.List;

/** Prints an option table for {@code --help}. */
public final class OptionHelp {

  private OptionHelp() {}

  /**
   * {@return the table, one line per option, the descriptions below each other}
   *
   * @param table a command's options
   */
  public static String of(List<? extends Option> table) {
    int width = 0;
    for (Option option : table) {
      width = Math.max(width, typed(option).length());
    }
    StringBuilder lines = new StringBuilder();
    for (Option option : table) {
      String typed = typed(option);
      lines
          .append("  ")
          .append(typed)
          .append(" ".repeat(width - typed.length() + 2))
          .append(option.description())
          .append('\n');
    }
    return lines.toString();
  }

  static String typed(Option option) {
    return switch (option.style()) {
      case NONE -> option.spelling();
      case JOINED -> option.spelling() + option.argument();
      case JOINED_OR_NEXT, EQUALS_OR_NEXT, NEXT_AND_REST ->
          option.spelling() + " " + option.argument();
      case EQUALS -> option.spelling() + "[=" + option.argument() + "]";
      case REST -> option.spelling() + " " + option.argument() + "...";
    };
  }
}
