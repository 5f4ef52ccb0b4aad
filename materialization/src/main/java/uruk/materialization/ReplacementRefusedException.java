package uruk.materialization;

/** The new version of an object does not fit into the place of the old one. Nothing has changed. */
public final class ReplacementRefusedException extends UpdateException {
  private static final long serialVersionUID = 1;

  ReplacementRefusedException(String message) {
    super(message);
  }
}
