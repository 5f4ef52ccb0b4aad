package uruk.tools;

import java.util.List;
import uruk.jitlink.LinkException;
import uruk.materialization.UpdateException;
import uruk.materialization.platform.NativeException;
import uruk.orc.OrcException;

/** Prints a failure for the user: what is wrong, or with {@code -v} the stack and all causes. */
public final class FailureReport {

  private FailureReport() {}

  static void print(
      Command command, List<String> arguments, RuntimeException failure, Console console) {
    if (isVerbose(arguments)) {
      console.err().print(head(command, console));
      failure.printStackTrace(console.err());
    } else {
      console.err().println(head(command, console) + text(failure));
    }
  }

  private static String head(Command command, Console console) {
    return console.errStyle().bad("uruk %s:".formatted(command.name())) + " ";
  }

  /** Options end where the program's arguments begin. */
  private static boolean isVerbose(List<String> arguments) {
    int end = arguments.indexOf("--");
    return (end < 0 ? arguments : arguments.subList(0, end)).contains("-v");
  }

  /**
   * {@return the message of the first cause: what follows from it says it again with more words;
   * the class's name as well when the message was not written for users}
   */
  public static String text(RuntimeException failure) {
    Throwable first = failure;
    while (first.getCause() != null && isForUsers(first.getCause())) {
      first = first.getCause();
    }
    String message = first.getMessage();
    String told = message == null || !isForUsers(first) ? first.toString() : message;
    return told.strip();
  }

  private static boolean isForUsers(Throwable failure) {
    return failure instanceof CommandException
        || failure instanceof LinkException
        || failure instanceof NativeException
        || failure instanceof OrcException
        || failure instanceof UpdateException;
  }
}
