package uruk.materialization;

/** A removal or replacement was not done; everything is as it was. */
public abstract sealed class UpdateException extends RuntimeException
    permits NotQuiescentException, ObjectInUseException, ReplacementRefusedException {
  private static final long serialVersionUID = 1;

  UpdateException(String message) {
    super(message);
  }
}
