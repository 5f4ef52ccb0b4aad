package uruk.tools;

/** A step of a command failed for a reason outside the linker; the message is for the user. */
public final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message where: what. How to mend.
   */
  public CommandException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message where: what. How to mend.
   * @param cause the first cause
   */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
