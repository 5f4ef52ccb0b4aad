package uruk.tools.option;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.tools.UsageException;

/**
 * Takes command lines apart as LLVM's tools do: one dash or two, {@code -x=V} or {@code -x V},
 * {@code -flag=false}, options also behind operands, no abbreviations. An option table spells its
 * options with one dash.
 */
public final class LlvmCommandLine {

  /** What a flag that is switched off has as its value. */
  public static final String OFF = "false";

  private static final List<String> ON_WORDS = List.of("", "true", "TRUE", "True", "1");
  private static final List<String> OFF_WORDS = List.of(OFF, "FALSE", "False", "0");

  private LlvmCommandLine() {}

  /**
   * Takes a command line apart.
   *
   * @param <O> the command's option table
   * @param table the options that the command knows
   * @param words what was typed after the command's name
   * @return options and operands in the order typed; flags have the value {@code ""} or {@link
   *     #OFF}
   * @throws UsageException for an unknown option or a missing argument
   */
  public static <O extends Option> List<Argument<O>> parse(List<O> table, List<String> words) {
    List<Argument<O>> arguments = new ArrayList<>();
    Iterator<String> left = words.iterator();
    boolean optionsEnded = false;
    while (left.hasNext()) {
      String word = left.next();
      if (word.equals("--") && !optionsEnded) {
        optionsEnded = true;
      } else if (optionsEnded || !word.startsWith("-") || word.equals("-")) {
        arguments.add(new Argument.Operand<>(word));
      } else {
        addOption(table, word, left, arguments);
      }
    }
    return arguments;
  }

  private static <O extends Option> void addOption(
      List<O> table, String word, Iterator<String> left, List<Argument<O>> arguments) {
    String typed = word.startsWith("--") ? word.substring(1) : word;
    int equals = typed.indexOf('=');
    String name = equals < 0 ? typed : typed.substring(0, equals);
    String joined = equals < 0 ? null : typed.substring(equals + 1);
    O option = find(table, name);
    if (option == null) {
      option = findPrefix(table, typed);
      joined = option == null ? null : typed.substring(option.spelling().length());
    }
    if (option == null) {
      throw new UsageException(
          "Unknown command line argument '%s'.%s".formatted(word, nearMiss(table, name)));
    }
    switch (option.style()) {
      case NONE -> arguments.add(new Argument.Setting<>(option, flag(option, joined)));
      case REST -> {
        if (joined != null) {
          arguments.add(new Argument.Setting<>(option, joined));
        }
        while (left.hasNext()) {
          arguments.add(new Argument.Setting<>(option, left.next()));
        }
      }
      case EQUALS -> arguments.add(new Argument.Setting<>(option, joined == null ? "" : joined));
      case JOINED, JOINED_OR_NEXT, EQUALS_OR_NEXT, NEXT_AND_REST ->
          arguments.add(
              new Argument.Setting<>(option, joined == null ? next(option, left) : joined));
    }
  }

  private static <O extends Option> @Nullable O find(List<O> table, String name) {
    for (O option : table) {
      if (option.spelling().equals(name)) {
        return option;
      }
    }
    return null;
  }

  private static <O extends Option> @Nullable O findPrefix(List<O> table, String typed) {
    for (O option : table) {
      if (option.style() == ArgumentStyle.JOINED_OR_NEXT && typed.startsWith(option.spelling())) {
        return option;
      }
    }
    return null;
  }

  private static String flag(Option option, @Nullable String joined) {
    if (joined == null || ON_WORDS.contains(joined)) {
      return "";
    }
    if (OFF_WORDS.contains(joined)) {
      return OFF;
    }
    throw new UsageException(
        "for the -%s option: '%s' is invalid value for boolean argument! Try 0 or 1"
            .formatted(option.spelling(), joined));
  }

  private static String next(Option option, Iterator<String> left) {
    if (!left.hasNext()) {
      throw new UsageException(
          "for the %s%s option: requires a value!"
              .formatted(option.spelling().length() > 2 ? "-" : "", option.spelling()));
    }
    return left.next();
  }

  private static String nearMiss(List<? extends Option> table, String name) {
    return SimilarWords.find(table.stream().map(Option::spelling).toList(), name)
        .map(" Did you mean '%s'?"::formatted)
        .orElse("");
  }
}
