package uruk.orc;

/** The session has been closed. */
public final class SessionClosedException extends OrcException {
  private static final long serialVersionUID = 1;

  SessionClosedException() {
    super("The execution session is closed", null);
  }
}
