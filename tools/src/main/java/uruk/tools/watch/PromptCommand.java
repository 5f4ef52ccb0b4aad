package uruk.tools.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import uruk.jit.Jit;
import uruk.materialization.LinkedObject;
import uruk.materialization.SymbolUse;
import uruk.tools.program.MemoryTable;

/** What can be typed at the prompt, beside {@code :quit}, which ends it. */
enum PromptCommand {
  HELP(":help", "", "print this") {
    @Override
    String answer(WatchedProgram program, String argument) {
      return help();
    }
  },
  ROLLBACK(":rollback", "", "lead all names back to the versions before the last update") {
    @Override
    String answer(WatchedProgram program, String argument) {
      return program.rollBack();
    }
  },
  OBJECTS(":objects", "", "list the objects with their versions, states and bytes") {
    @Override
    String answer(WatchedProgram program, String argument) {
      List<String> lines = new ArrayList<>();
      for (LinkedObject object : program.jit().objects().objects()) {
        lines.add(
            "%-8s generation %-3d %8d bytes  %s"
                .formatted(
                    object.state().toString().toLowerCase(Locale.ROOT),
                    object.generation(),
                    object.ledger().total(),
                    object));
      }
      return String.join("\n", lines);
    }
  },
  SYMBOLS(":symbols", "[PREFIX]", "list the symbols that begin with PREFIX, and their addresses") {
    @Override
    String answer(WatchedProgram program, String argument) {
      List<String> lines = new ArrayList<>();
      program
          .jit()
          .main()
          .symbols(argument)
          .forEach((name, symbol) -> lines.add(place(symbol.address()) + "  " + name));
      return lines.isEmpty()
          ? "no symbol begins with '" + argument + "'"
          : String.join("\n", lines);
    }
  },
  USERS(":users", "SYMBOL", "list the places in other objects that refer to SYMBOL") {
    @Override
    String answer(WatchedProgram program, String argument) {
      Jit jit = program.jit();
      List<SymbolUse> uses = jit.objects().usersOf(jit.main(), argument);
      return uses.isEmpty()
          ? "no other object uses '" + argument + "'"
          : String.join("\n", uses.stream().map(SymbolUse::toString).toList());
    }
  },
  MEMORY(":memory", "", "print what each object's memory is used for") {
    @Override
    String answer(WatchedProgram program, String argument) {
      return MemoryTable.of(program.jit().objects().objects()).stripTrailing();
    }
  };

  /** Ends the prompt and the program. */
  static final String QUIT = ":quit";

  private final String word;
  private final String argument;
  private final String description;

  PromptCommand(String word, String argument, String description) {
    this.word = word;
    this.argument = argument;
    this.description = description;
  }

  /** {@return what is typed} */
  String word() {
    return word;
  }

  /** {@return what is printed for the command} */
  abstract String answer(WatchedProgram program, String argument);

  /** {@return what is printed for a line that somebody typed} */
  static String answer(WatchedProgram program, List<String> words) {
    for (PromptCommand command : values()) {
      if (command.word.equals(words.getFirst())) {
        if (!command.takes(words.size() - 1)) {
          return "type: " + command.typed();
        }
        return command.answer(program, words.size() == 1 ? "" : words.getLast());
      }
    }
    return "'%s' is no command; :help lists them".formatted(words.getFirst());
  }

  private static String place(long address) {
    return address == 0 ? "        not linked" : "%#18x".formatted(address);
  }

  /**
   * {@return whether so many words may follow the command; brackets say that one may be left out}
   */
  private boolean takes(int arguments) {
    return argument.isEmpty()
        ? arguments == 0
        : arguments == 1 || (arguments == 0 && argument.startsWith("["));
  }

  private String typed() {
    return argument.isEmpty() ? word : word + " " + argument;
  }

  private static String help() {
    List<String> lines = new ArrayList<>();
    for (PromptCommand command : values()) {
      lines.add("%-17s %s".formatted(command.typed(), command.description));
    }
    lines.add("%-17s %s".formatted(QUIT, "end the program"));
    return String.join("\n", lines);
  }
}
