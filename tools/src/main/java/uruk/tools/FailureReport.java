package uruk.tools;

import java.util.List;

/** Prints a failure for the user: one line, or with {@code -v} the stack and all causes. */
final class FailureReport {

  private FailureReport() {}

  static void print(
      Command command, List<String> arguments, RuntimeException failure, Console console) {
    if (isVerbose(arguments)) {
      console.err().printf("uruk %s: ", command.name());
      failure.printStackTrace(console.err());
    } else {
      console.err().printf("uruk %s: %s%n", command.name(), oneLine(failure));
    }
  }

  /** Options end where the program's arguments begin. */
  private static boolean isVerbose(List<String> arguments) {
    int end = arguments.indexOf("--");
    return (end < 0 ? arguments : arguments.subList(0, end)).contains("-v");
  }

  /**
   * {@return the message, on one line; the class's name as well when it is no sentence for users}
   */
  private static String oneLine(RuntimeException failure) {
    String message = failure.getMessage();
    String text = message == null || !isForUsers(failure) ? failure.toString() : message;
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static boolean isForUsers(RuntimeException failure) {
    return failure instanceof CommandException
        || failure instanceof uruk.jitlink.LinkException
        || failure instanceof uruk.orc.OrcException;
  }
}
