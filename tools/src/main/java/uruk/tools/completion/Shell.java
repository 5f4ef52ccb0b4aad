package uruk.tools.completion;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import uruk.tools.Command;
import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** A shell whose command lines can be completed, and the script that teaches it ours. */
enum Shell {
  /** GNU bash, "Programmable Completion" in bash(1). */
  BASH {
    @Override
    String script(List<Command> commands) {
      StringBuilder cases = new StringBuilder();
      for (Command command : commands) {
        cases.append("    %s) words='%s' ;;\n".formatted(command.name(), spellings(command)));
      }
      return """
      _uruk() {
        local word=${COMP_WORDS[COMP_CWORD]} words=
        if [ "$COMP_CWORD" = 1 ]; then
          COMPREPLY=($(compgen -W '%s --help --version' -- "$word"))
          return
        fi
        case ${COMP_WORDS[1]} in
      %s  esac
        case $word in
          -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
          *) COMPREPLY=($(compgen -f -- "$word")) ;;
        esac
      }
      complete -o filenames -F _uruk uruk
      """
          .formatted(names(commands), cases);
    }
  },
  /** Z shell, zshcompsys(1). */
  ZSH {
    @Override
    String script(List<Command> commands) {
      StringBuilder described = new StringBuilder();
      StringBuilder cases = new StringBuilder();
      for (Command command : commands) {
        described.append("    '%s:%s'\n".formatted(command.name(), quoted(command.summary())));
        cases.append("    %s) options=(\n".formatted(command.name()));
        for (Option option : command.options()) {
          cases.append(
              "      '%s:%s'\n".formatted(option.spelling(), quoted(option.description())));
        }
        cases.append("    ) ;;\n");
      }
      return """
      #compdef uruk
      _uruk() {
        local -a commands options
        commands=(
      %s  )
        if (( CURRENT == 2 )); then
          _describe 'command' commands
          return
        fi
        case ${words[2]} in
      %s  esac
        if [[ ${words[CURRENT]} == -* ]]; then
          _describe 'option' options
        else
          _files
        fi
      }
      compdef _uruk uruk
      """
          .formatted(described, cases);
    }
  },
  /** fish, complete(1). */
  FISH {
    @Override
    String script(List<Command> commands) {
      StringBuilder lines = new StringBuilder();
      for (Command command : commands) {
        lines.append(
            "complete -c uruk -n __fish_use_subcommand -f -a %s -d '%s'\n"
                .formatted(command.name(), quoted(command.summary())));
        for (Option option : command.options()) {
          lines.append(
              "complete -c uruk -n '__fish_seen_subcommand_from %s' %s%s -d '%s'\n"
                  .formatted(
                      command.name(),
                      fishWord(option),
                      fishStyle(option),
                      quoted(option.description())));
        }
      }
      return lines.toString();
    }
  };

  /** {@return the script, for the shell's start-up file} */
  abstract String script(List<Command> commands);

  /** {@return as it is typed} */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String names(List<Command> commands) {
    return commands.stream().map(Command::name).collect(Collectors.joining(" "));
  }

  private static String spellings(Command command) {
    return command.options().stream().map(Option::spelling).collect(Collectors.joining(" "));
  }

  /** All three shells end a text at a quote, and zsh a description's name at a colon. */
  private static String quoted(String text) {
    return text.replace("'", "").replace(":", "");
  }

  /** fish tells apart {@code -x}, {@code --word} and the old style {@code -word}. */
  private static String fishWord(Option option) {
    String spelling = option.spelling();
    if (spelling.startsWith("--")) {
      return "-l " + spelling.substring(2);
    }
    return (spelling.length() == 2 ? "-s " : "-o ") + spelling.substring(1);
  }

  private static String fishStyle(Option option) {
    return option.style() == ArgumentStyle.NONE || option.style() == ArgumentStyle.JOINED
        ? ""
        : " -r";
  }
}
