package uruk.tools;

import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Objects;
import uruk.jitlink.LinkException;
import uruk.jitlink.archive.FileFailure;
import uruk.materialization.UpdateException;
import uruk.materialization.platform.NativeException;
import uruk.orc.OrcException;

/** Prints a failure for the user: what is wrong, or with {@code -v} the stack and all causes. */
public final class FailureReport {

  private FailureReport() {}

  static void print(Command command, List<String> arguments, Throwable failure, Console console) {
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
   * {@return the message of the first cause, or of the command: what follows from it says it again
   * with more words. What was not written for users is said to be our fault}
   */
  public static String text(Throwable failure) {
    Throwable first = failure;
    while (!(first instanceof CommandException)
        && first.getCause() != null
        && isForUsers(first.getCause())) {
      first = first.getCause();
    }
    return switch (first) {
      case OutOfMemoryError _ ->
          "Java's heap of %d MiB is full. URUK_JAVA_OPTIONS=-Xmx4g makes it 4 GiB."
              .formatted(Runtime.getRuntime().maxMemory() >> 20);
      case InvalidPathException path ->
          "'%s' is no file name in this locale's encoding. Set LC_ALL=C.UTF-8, or rename the file."
              .formatted(path.getInput());
      case UncheckedIOException unread ->
          unread.getMessage()
              + ": "
              + FileFailure.reason(Objects.requireNonNull(unread.getCause()));
      default -> message(first);
    };
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message != null && isForUsers(failure)
        ? message.strip()
        : "%s. This is a fault of uruk's; -v shows where. Please report it.".formatted(failure);
  }

  private static boolean isForUsers(Throwable failure) {
    return failure instanceof CommandException
        || failure instanceof LinkException
        || failure instanceof NativeException
        || failure instanceof OrcException
        || failure instanceof UpdateException;
  }
}
