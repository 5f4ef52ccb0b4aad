package uruk.tools;

/** The arguments make no sense; the message says which one and why. */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message which argument, and why, in one sentence
   */
  public UsageException(String message) {
    super(message);
  }
}
