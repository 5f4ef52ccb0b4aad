package uruk.orc;

/** A blocking look-up did not complete in time. The message says what it was waiting for. */
public final class LookupTimeoutException extends OrcException {
  private static final long serialVersionUID = 1;

  LookupTimeoutException(SymbolLookupSet names, String after, String stallReport) {
    super("No result for %s after %s.\n%s".formatted(names, after, stallReport), null);
  }
}
